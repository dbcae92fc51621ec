using System.CommandLine;
using Trapline.Cli.Launching;
using Trapline.Cli.Output;
using Trapline.Cli.State;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline down</c>: ends the cluster of a data root; what it ran runs again after the next <c>up</c>.</summary>
internal static class DownCommand
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>The command.</summary>
    public static Command Create() => ClusterCommand.CreateLocal("down", "Ends the cluster. Its VMs run again, with their disks, after the next 'up'.", RunAsync);

    private static async Task<int> RunAsync(ParseResult parsed, DataFolder data, Printer printer, CancellationToken cancellation)
    {
        var state = ClusterState.Read(data.State);
        var held = data.TryLock();
        if (held is not null)
        {
            using (held)
                await Leftovers.EndAsync(data, CliError.Note, TimeProvider.System, cancellation).ConfigureAwait(false);
            if (state is null)
                throw new CliException(ExitCodes.Unavailable, $"no cluster runs on {data.Path}");
            return Done(data, state, supervisorWasGone: true, printer);
        }

        if (state is null)
            throw new CliException(ExitCodes.Conflict, $"a cluster on {data.Path} is just starting or ending: try again in a moment");
        Signals.Send(state.Supervisor, Signal.Terminate);
        if (!await Printer.ProgressAsync("ending the cluster", _ => EndedAsync(data, cancellation)).ConfigureAwait(false))
            throw new CliException(ExitCodes.TimedOut, $"process {state.Supervisor} has not ended the cluster within {Most.TotalSeconds:0} s");
        return Done(data, state, supervisorWasGone: false, printer);
    }

    private static int Done(DataFolder data, ClusterState state, bool supervisorWasGone, Printer printer)
    {
        printer.Tell(new DownView(data.Path, [.. state.Nodes.Select(n => n.Name)], supervisorWasGone), CompactJson.Default.DownView);
        printer.Say(supervisorWasGone ? "The cluster's supervisor was gone already; its processes are ended." : "The cluster has ended.");
        return ExitCodes.Success;
    }

    /// <summary>The supervisor frees the lock last.</summary>
    private static async Task<bool> EndedAsync(DataFolder data, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < Most)
        {
            if (data.TryLock() is { } held)
            {
                held.Dispose();
                return true;
            }

            await Task.Delay(Poll, TimeProvider.System, cancellation).ConfigureAwait(false);
        }

        return false;
    }
}
