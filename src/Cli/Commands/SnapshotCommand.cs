using System.CommandLine;
using Trapline.Cli.Client;
using Trapline.Cli.Output;
using Trapline.Shared.Api;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline snapshot</c>: running VMs, saved.</summary>
internal static class SnapshotCommand
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("snapshot", "Saved VMs: memory, devices and disk at one moment; 'run --from-snapshot' starts VMs from them.")
    {
        Make(),
        ClusterCommand.Create("ls", "Lists snapshots.", async (session, cancellation) =>
        {
            var snapshots = await Pages.SnapshotsAsync(session.Api, cancellation).ConfigureAwait(false);
            session.Printer.Print(snapshots, ApiJson.Default.ImmutableArraySnapshotView, s => Tables.Of(s));
            return ExitCodes.Success;
        }),
        Remove(),
    };

    private static Command Make()
    {
        var vm = Names.Vm();
        var name = new Option<string?>("--name") { Description = "Its name; without it one is made up", HelpName = "NAME" };
        return ClusterCommand.Create("create", "Saves a running VM, which goes on after a short pause.", async (session, cancellation) =>
        {
            var request = new SnapshotRequest(session.Parsed.GetValue(name));
            var asked = await session.Api.PostAsync($"/v1/vms/{PathPart.Of(session.Parsed.GetValue(vm))}/snapshots", request, ApiJson.Default.SnapshotRequest, ApiJson.Default.SnapshotView, cancellation).ConfigureAwait(false);
            var made = await Printer.ProgressAsync($"saving as {asked.Name}", _ => WaitAsync(session, asked, cancellation)).ConfigureAwait(false);
            session.Printer.Print(made, ApiJson.Default.SnapshotView, s => Tables.Of([s]));
            return ExitCodes.Success;
        }).With(vm, name);
    }

    private static async Task<SnapshotView> WaitAsync(ClusterSession session, SnapshotView asked, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (; ; )
        {
            var now = await FindAsync(session, asked.Id, cancellation).ConfigureAwait(false);
            if (now is { State: SnapshotStates.Ready })
                return now;
            if (now is null or { State: SnapshotStates.Removing })
                throw new CliException(ExitCodes.Conflict, $"{asked.Vm} was not saved: {now?.Problem ?? await ReasonAsync(session, asked, cancellation).ConfigureAwait(false)}");
            if (TimeProvider.System.GetElapsedTime(began) >= Most)
                throw new CliException(ExitCodes.TimedOut, $"{asked.Name} is not whole after {Most.TotalSeconds:0} s; 'trapline snapshot ls' shows what becomes of it");
            await Task.Delay(Poll, TimeProvider.System, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<SnapshotView?> FindAsync(ClusterSession session, string id, CancellationToken cancellation)
    {
        try
        {
            return await session.Api.GetAsync($"/v1/snapshots/{id}", ApiJson.Default.SnapshotView, cancellation).ConfigureAwait(false);
        }
        catch (CliException e) when (e.ExitCode == ExitCodes.NotFound)
        {
            return null;
        }
    }

    /// <summary>What came to nothing is not listed for long; its event stays.</summary>
    private static async Task<string> ReasonAsync(ClusterSession session, SnapshotView asked, CancellationToken cancellation)
    {
        var events = await session.Api.GetAsync("/v1/events", ApiJson.Default.ImmutableArrayEventView, cancellation).ConfigureAwait(false);
        return events.LastOrDefault(e => e.Kind == "snapshot-failed" && e.Text.Contains($" {asked.Id} ", StringComparison.Ordinal))?.Text ?? "'trapline events' says why";
    }

    private static Command Remove()
    {
        var name = Names.Snapshot();
        return ClusterCommand.Create("rm", "Deletes a snapshot that no VM was started from.", async (session, cancellation) =>
        {
            var snapshot = session.Parsed.GetValue(name);
            var accepted = await session.Api.ChangeAsync(HttpMethod.Delete, $"/v1/snapshots/{PathPart.Of(snapshot)}", cancellation).ConfigureAwait(false);
            session.Printer.PrintLine(accepted, ApiJson.Default.AcceptedView, _ => $"{snapshot}: rm accepted");
            return ExitCodes.Success;
        }).With(name);
    }
}
