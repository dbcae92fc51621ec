using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Trapline.Cli.Launching;
using Trapline.Cli.Output;
using Trapline.Cli.Running;
using Trapline.Cli.State;
using Trapline.Shared.Processes;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline up</c>: runs a cluster on this machine until Ctrl-C or <c>trapline down</c>.</summary>
internal static class UpCommand
{
    private const string Ready = "The cluster is ready";

    private static readonly int[] EndingSignals = [(int)PosixSignal.SIGINT, (int)PosixSignal.SIGTERM, (int)PosixSignal.SIGHUP];

    private static readonly Option<int?> Nodes = new("--nodes") { Description = "Host nodes; as many as there were, 3 at first", HelpName = "N" };
    private static readonly Option<int?> Controllers = new("--controllers") { Description = "Controller nodes: one, or an odd number for fail-over; as many as there were, 1 at first", HelpName = "N" };
    private static readonly Option<int?> BasePort = new("--base-port") { Description = "The first port; without it free ones are chosen", HelpName = "PORT" };
    private static readonly Option<string?> Config = new("--config") { Description = "A HOCON file with settings for all processes", HelpName = "FILE" };
    private static readonly Option<string[]> Set = new("--set") { Description = "A setting that counts before those of the file; may be given several times", HelpName = "KEY=VALUE" };
    private static readonly Option<bool> Detach = new("--detach") { Description = "Go on in the background once the cluster is ready" };

    /// <summary>The command.</summary>
    public static Command Create() =>
        ClusterCommand.CreateLocal("up", "Runs a cluster on this machine. Processes that end by themselves are started again.", RunAsync, hearsSignals: true)
            .With(Nodes, Controllers, BasePort, Config, Set, Detach);

    private static Task<int> RunAsync(ParseResult parsed, DataFolder data, Printer printer, CancellationToken cancellation)
    {
        foreach (var option in new[] { Nodes, Controllers })
        {
            if (parsed.GetValue(option) is < 1 or > ClusterPlan.MostNodes)
                throw new CliException(ExitCodes.Usage, $"{option.Name} {parsed.GetValue(option)} is not possible: give a number from 1 to {ClusterPlan.MostNodes}");
        }

        if (parsed.GetValue(BasePort) is < 1 or > 65_000)
            throw new CliException(ExitCodes.Usage, $"--base-port {parsed.GetValue(BasePort)} is not possible: give a port from 1 to 65000");
        return parsed.GetValue(Detach) ? DetachAsync(parsed, data, printer, cancellation) : ForegroundAsync(parsed, data, printer);
    }

    private static async Task<int> ForegroundAsync(ParseResult parsed, DataFolder data, Printer printer)
    {
        OwnSession.BeginIfAsked();
        using var leave = new CancellationTokenSource();
        var asked = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var signals = new SignalSet(EndingSignals, signal =>
        {
            asked.TrySetResult(signal);
            leave.Cancel();
        });
        var options = new LaunchOptions(parsed.GetValue(BasePort), parsed.GetValue(Config), TimeProvider.System) { Settings = [.. parsed.GetValue(Set) ?? []] };
        try
        {
            var began = Stopwatch.GetTimestamp();
            var known = Topology.Read(data);
            var isReady = false;
            var cluster = await Printer.ProgressAsync(
                $"starting a cluster on {data.Path}",
                progress => LocalCluster.StartAsync(
                    data,
                    parsed.GetValue(Controllers) ?? known?.Controllers ?? 1,
                    parsed.GetValue(Nodes) ?? known?.Hosts.Length ?? 3,
                    options,
                    line => (Volatile.Read(ref isReady) ? Note : progress)(line),
                    leave.Token)).ConfigureAwait(false);
            await using (cluster.ConfigureAwait(false))
            {
                Volatile.Write(ref isReady, true);
                Announce(data, printer, Stopwatch.GetElapsedTime(began), "Ctrl-C or 'trapline down'");
                if (await Task.WhenAny(asked.Task, cluster.WhenFailed).ConfigureAwait(false) == asked.Task)
                    Note("ending the cluster");
                else
                    await cluster.WhenFailed.ConfigureAwait(false);
            }

            return ExitCodes.Success;
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested)
        {
            return await asked.Task.ConfigureAwait(false) == (int)PosixSignal.SIGTERM ? ExitCodes.Terminated : ExitCodes.Interrupted;
        }
    }

    /// <summary>What happens while the cluster runs.</summary>
    private static void Note(string line) => CliError.Note(line);

    private static void Announce(DataFolder data, Printer printer, TimeSpan took, string ending)
    {
        var state = ClusterState.Read(data.State)!;
        printer.Tell(new UpView(data.Path, state.Supervisor, took.TotalSeconds, [.. state.Apis], [.. state.Hosts.Select(h => h.Name)]), CompactJson.Default.UpView);
        printer.Say(string.Create(CultureInfo.InvariantCulture, $"{Ready} after {took.TotalSeconds:0.0} s: {state.Hosts.Count()} nodes, API at {string.Join(", ", state.Apis)}"));
        printer.Say($"Data root: {data.Path}. {ending} ends the cluster.");
    }

    /// <summary>The command line of the process that goes on in the background: it says in words that it is ready, for this one to read.</summary>
    private static IEnumerable<string> ForChild(ParseResult parsed)
    {
        var isOutput = false;
        foreach (var token in parsed.Tokens.Select(t => t.Value))
        {
            if (!isOutput && token is not ("--output" or "-o") && token != Detach.Name)
                yield return token;
            isOutput = !isOutput && token is "--output" or "-o";
        }
    }

    /// <summary>Starts this same program again, in a session of its own, and waits until its cluster is ready.</summary>
    private static async Task<int> DetachAsync(ParseResult parsed, DataFolder data, Printer printer, CancellationToken cancellation)
    {
        Directory.CreateDirectory(data.Logs);
        var start = new ProcessStartInfo(NodePrograms.Dotnet) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.ArgumentList.Add(typeof(UpCommand).Assembly.Location);
        foreach (var token in ForChild(parsed))
            start.ArgumentList.Add(token);
        start.Environment[OwnSession.Variable] = "1";
        start.Environment[DataFolder.Variable] = data.Path;
        var lastLine = "";
        using var process = new Process { StartInfo = start };
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, e) =>
        {
            if (e.Data?.StartsWith(Ready, StringComparison.Ordinal) == true)
                ready.TrySetResult();
        };
        process.ErrorDataReceived += (_, e) => lastLine = e.Data ?? lastLine;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var ended = process.WaitForExitAsync(cancellation);
        await Printer.ProgressAsync($"starting a cluster on {data.Path}", _ => Task.WhenAny(ready.Task, ended)).ConfigureAwait(false);
        if (!ready.Task.IsCompleted)
            throw new CliException(ended.IsCompletedSuccessfully ? process.ExitCode : ExitCodes.Interrupted, lastLine.Replace("trapline: ", "", StringComparison.Ordinal));
        Announce(data, printer, TimeProvider.System.GetLocalNow() - process.StartTime, "'trapline down'");
        return ExitCodes.Success;
    }
}
