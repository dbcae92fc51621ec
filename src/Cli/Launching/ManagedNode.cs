using System.Diagnostics;
using Trapline.Cli.State;
using Trapline.Shared.Processes;

namespace Trapline.Cli.Launching;

/// <summary>
/// One process of the cluster, started anew whenever it ended: what it prints goes to its log file, and "ready NAME" makes it ready.
/// </summary>
internal sealed class ManagedNode : IDisposable
{
    private readonly ClusterPlan _plan;
    private readonly DataFolder _data;
    private readonly NodeLog _log;
    private readonly Lock _gate = new();
    private Process? _process;
    private TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _lastLine = "";
    private bool _lastIsError;

    /// <summary>A node that was not started yet.</summary>
    public ManagedNode(NodeState node, ClusterPlan plan, DataFolder data)
    {
        (State, _plan, _data) = (node, plan, data);
        Directory.CreateDirectory(data.Logs);
        _log = new NodeLog(Path.Combine(data.Logs, node.Name + ".log"));
    }

    /// <summary>What the state file says about it.</summary>
    public NodeState State { get; private set; }

    /// <summary>Completes when the present process is ready.</summary>
    public Task Ready => _ready.Task;

    /// <summary>What it has to say about its end: the last line on its standard error, or the last of all if there is none.</summary>
    public string LastLine
    {
        get
        {
            lock (_gate)
                return _lastLine;
        }
    }

    /// <summary>Starts the process.</summary>
    public void Start()
    {
        var start = new ProcessStartInfo(NodePrograms.Dotnet) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.ArgumentList.Add(NodePrograms.Of(State.Kind));
        foreach (var argument in _plan.ArgumentsOf(State, _data))
            start.ArgumentList.Add(argument);
        start.Environment[OwnSession.Variable] = "1";
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) => Printed(e.Data, isError: false, ready);
        process.ErrorDataReceived += (_, e) => Printed(e.Data, isError: true, ready);
        process.Start();
        _process?.Dispose();
        (_process, _ready) = (process, ready);
        lock (_gate)
            (_lastLine, _lastIsError) = ("", false);
        State = State with { Pid = process.Id, Starts = State.Starts + 1 };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Waits until the process has ended; returns its exit code.</summary>
    public async Task<int> WaitAsync(CancellationToken cancellation)
    {
        await _process!.WaitForExitAsync(cancellation).ConfigureAwait(false);
        return _process.ExitCode;
    }

    /// <summary>Asks the process to end, also one that a fault injection has stopped.</summary>
    public void Terminate()
    {
        Signals.Send(State.Pid, Signal.Terminate);
        Signals.Send(State.Pid, Signal.Continue);
    }

    /// <summary>Waits for the end for as long as it may take, then ends it.</summary>
    public async Task EndAsync(TimeSpan most, TimeProvider time)
    {
        if (_process is not { } process)
            return;
        using var bound = new CancellationTokenSource(most, time);
        try
        {
            await process.WaitForExitAsync(bound.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>A line in its log about what happened to it.</summary>
    public void Note(string line) => _log.WriteLine($"launcher: {line}");

    /// <inheritdoc/>
    public void Dispose()
    {
        _process?.Dispose();
        _log.Dispose();
    }

    private void Printed(string? line, bool isError, TaskCompletionSource ready)
    {
        if (line is null)
            return;
        if (line == $"ready {State.Name}")
            ready.TrySetResult();
        lock (_gate)
        {
            (_lastLine, _lastIsError) = _lastIsError && !isError ? (_lastLine, true) : (line, isError);
        }

        _log.WriteLine(line);
    }
}
