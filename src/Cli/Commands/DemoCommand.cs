using System.CommandLine;
using System.Runtime.InteropServices;
using Trapline.Cli.Demo;
using Trapline.Cli.Launching;
using Trapline.Cli.Output;
using Trapline.Cli.Running;
using Trapline.Cli.State;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline demo</c>: a cluster of three nodes in a temporary folder, faults, and what becomes of them.</summary>
internal static class DemoCommand
{
    private const int Hosts = 3;

    /// <summary>Only reached when something is wrong, or the machine very busy.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(3);

    private static readonly int[] EndingSignals = [(int)PosixSignal.SIGINT, (int)PosixSignal.SIGTERM];

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("demo", "Shows a cluster of three nodes: guests start, one panics, a node is killed, and all run again.") { OutputOption.Option };
        command.SetAction((parsed, _) => RunAsync(new Printer(OutputOption.IsJson(parsed))));
        return command;
    }

    private static async Task<int> RunAsync(Printer printer)
    {
        using var leave = new CancellationTokenSource();
        using var signals = new SignalSet(EndingSignals, _ => leave.Cancel());
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(leave.Token);
        bound.CancelAfter(Most);
        var folder = Directory.CreateTempSubdirectory("trapline-demo-");
        try
        {
            await TellAsync(new DataFolder(folder.FullName), printer, bound.Token).ConfigureAwait(false);
            return ExitCodes.Success;
        }
        catch (CliException e)
        {
            return CliError.Report(e.Message, e.ExitCode);
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (OperationCanceledException)
        {
            return CliError.Report($"the demo was not done within {Most.TotalMinutes:0} minutes", ExitCodes.TimedOut);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task TellAsync(DemoStory story, CancellationToken cancellation)
    {
        try
        {
            await story.TellAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            CliError.Note($"the demo ends while it waits for {story.WaitsFor}");
            throw;
        }
    }

    private static async Task TellAsync(DataFolder data, Printer printer, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        var options = new LaunchOptions(BasePort: null, ConfigFile: null, TimeProvider.System);
        var announced = false;
        var cluster = await Printer.ProgressAsync("starting a controller and three nodes", say => LocalCluster.StartAsync(
            data,
            controllers: 1,
            Hosts,
            options,
            line =>
            {
                if (!announced)
                    say(line);
            },
            cancellation)).ConfigureAwait(false);
        announced = true;
        try
        {
            var output = new DemoOutput(printer);
            output.Took("The cluster is ready", TimeProvider.System.GetElapsedTime(began));
            var events = new EventFeed(cluster.Api, output);
            await using (events.ConfigureAwait(false))
                await TellAsync(new DemoStory(cluster, events, output, TimeProvider.System), cancellation).ConfigureAwait(false);
        }
        finally
        {
            printer.Say("");
            await Printer.ProgressAsync("ending the cluster", async _ =>
            {
                await cluster.DisposeAsync().ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        }

        printer.Say("The cluster has ended. 'trapline up' starts one that stays.");
    }
}
