using System.Diagnostics;
using System.Globalization;

namespace Trapline.ActorRuntime.Tests.Cluster;

/// <summary>A real process of the counter scenario (tests/ActorRuntime.Node). What it prints is kept, to be waited for.</summary>
internal sealed class CounterProcess : IDisposable
{
    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly Task _reading;

    private CounterProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    public string Address { get; private set; } = "";

    /// <summary>What it has printed so far, errors too.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    /// <summary>Whether the singleton runs here now, by what was printed.</summary>
    public bool RunsSingleton => Lines.LastOrDefault(l => l.StartsWith("singleton ", StringComparison.Ordinal))?.StartsWith("singleton started", StringComparison.Ordinal) == true;

    public static async Task<CounterProcess> StartAsync(string hocon)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "ActorRuntime.Node.dll"), "sample", "counter", hocon },
        };
        var process = new CounterProcess(Process.Start(start)!);
        var ready = await process.UntilAsync(line => line.StartsWith("ready ", StringComparison.Ordinal), "it is ready");
        process.Address = ready["ready ".Length..];
        return process;
    }

    public void Say(string line) => _process.StandardInput.WriteLine(line);

    /// <summary>Waits for a line, among those that came already too.</summary>
    public async Task<string> UntilAsync(Func<string, bool> condition, string description)
    {
        await Eventually.TrueAsync(
            () => Lines.Any(condition),
            () => $"{Address} prints that {description}; {(_process.HasExited ? "it has ended" : "it runs")} and printed:\n{string.Join('\n', Lines)}");
        return Lines.First(condition);
    }

    /// <summary>Adds a number through this node and waits for the acknowledgement.</summary>
    public async Task AddAsync(int number)
    {
        var acked = string.Create(CultureInfo.InvariantCulture, $"acked {number}");
        Say(string.Create(CultureInfo.InvariantCulture, $"add {number}"));
        await UntilAsync(line => line == acked, acked);
    }

    /// <summary>As kill -9 does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(ClusterNode.Patience);
    }

    /// <summary>SIGTERM; waits for the end, and gives the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -TERM {_process.Id}")]);
        await kill.WaitForExitAsync().WaitAsync(ClusterNode.Patience);
        await _process.WaitForExitAsync().WaitAsync(ClusterNode.Patience);
        await _reading.WaitAsync(ClusterNode.Patience);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_lock)
                _lines.Add(line);
        }
    }
}
