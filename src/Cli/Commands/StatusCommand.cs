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
        var state = ClusterState.Read(session.Data.State)!;
        if (!session.Printer.IsJson)
        {
            session.Printer.Say($"Data root {session.Data.Path}, supervisor {(Signals.IsAlive(state.Supervisor) ? $"process {state.Supervisor}" : "gone: 'trapline down' ends what it left")}");
            var processes = Tables.Columns("PROCESS", "PID", "ALIVE", "PORT", "API", "STARTS");
            foreach (var node in state.Nodes)
                Tables.Row(processes, node.Name, $"{node.Pid}", Signals.IsAlive(node.Pid) ? "yes" : "no", $"{node.Port}", node.Api, $"{node.Starts}");
            session.Printer.Write(processes);
            session.Printer.Say("");
        }

        if (!session.Printer.IsJson && await session.Api.GetAsync("/v1/faults/partition", ApiJson.Default.PartitionView, cancellation).ConfigureAwait(false) is { Partition: not null } partition)
            session.Printer.Say($"{PartitionCommands.Line(partition)}\n");
        var view = await session.Api.GetAsync("/v1/cluster", ApiJson.Default.ClusterView, cancellation).ConfigureAwait(false);
        session.Printer.Print(view, ApiJson.Default.ClusterView, v => new Rows(Tables.Of(v.Nodes), new Text(""), new Text(VmsOf(v))));
        return ExitCodes.Success;
    }

    private static string VmsOf(ClusterView view) =>
        view.Vms.IsEmpty ? "No VMs" : "VMs: " + string.Join(", ", view.Vms.CountBy(v => v.State).OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Value} {s.Key}"));
}
