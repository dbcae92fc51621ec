using System.CommandLine;
using Spectre.Console;
using Trapline.Cli.Launching;
using Trapline.Cli.Output;
using Trapline.Cli.State;
using Trapline.Shared.Api;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline status</c>: the cluster's processes and nodes.</summary>
internal static class StatusCommand
{
    /// <summary>The command.</summary>
    public static Command Create() => ClusterCommand.Create("status", "Shows the cluster's processes and nodes.", RunAsync);

    private static async Task<int> RunAsync(ClusterSession session, CancellationToken cancellation)
    {
        var state = ClusterState.Read(session.Data.State) ?? throw new CliException(ExitCodes.Unavailable, $"the cluster on {session.Data.Path} has just ended");
        var isWatched = Signals.IsAlive(state.Supervisor);
        var processes = state.Nodes.Select(n => new ProcessView(n.Name, n.Kind == NodeKind.Controller ? "controller" : "host", n.Pid, Signals.IsAlive(n.Pid), n.Port, n.Api, n.Starts)).ToList();
        if (!session.Printer.IsJson)
            Show(session.Printer, $"Data root {session.Data.Path}, supervisor {(isWatched ? $"process {state.Supervisor}" : "gone: 'trapline down' ends what it left")}", processes);

        var network = await session.Api.GetAsync("/v1/faults/partition", ApiJson.Default.PartitionView, cancellation).ConfigureAwait(false);
        if (network.Partition is not null)
            session.Printer.Say($"{PartitionCommands.Line(network)}\n");
        var cluster = await session.Api.GetAsync("/v1/cluster", ApiJson.Default.ClusterView, cancellation).ConfigureAwait(false);
        var all = new StatusView(session.Data.Path, state.Supervisor, isWatched, [.. processes], network, cluster);
        session.Printer.Print(all, CliJson.Default.StatusView, v => new Rows(Tables.Of(v.Cluster.Nodes), new Text(""), new Text(VmsOf(v.Cluster))));
        return ExitCodes.Success;
    }

    /// <summary>What is known without the controller, before it is asked: who looks because it does not answer sees so much.</summary>
    private static void Show(Printer printer, string head, IEnumerable<ProcessView> processes)
    {
        printer.Say(head);
        var table = new Sheet("PROCESS", "PID", "ALIVE", "PORT", "API", "STARTS");
        foreach (var process in processes)
            table.Row(process.Name, $"{process.Pid}", process.Alive ? "yes" : "no", $"{process.Port}", process.Api, $"{process.Starts}");
        printer.Write(table);
        printer.Say("");
    }

    private static string VmsOf(ClusterView view) =>
        view.Vms.IsEmpty ? "No VMs" : "VMs: " + string.Join(", ", view.Vms.CountBy(v => v.State).OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Value} {s.Key}"));
}
