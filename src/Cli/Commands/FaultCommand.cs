using System.CommandLine;
using System.Text;
using Trapline.Cli.Client;
using Trapline.Cli.Launching;
using Trapline.Cli.Output;
using Trapline.Cli.State;
using Trapline.Shared.Naming;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline fault</c>: injects faults, to watch the recovery.</summary>
internal static class FaultCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("fault", "Injects faults; 'trapline events -f' shows what follows.")
    {
        ToNode("node-kill", "Kills a node's process (SIGKILL).", Signal.Kill),
        ToNode("node-pause", "Suspends a node's process (SIGSTOP): it misses its lease.", Signal.Stop),
        ToNode("node-resume", "Has a suspended node's process go on (SIGCONT).", Signal.Continue),
        ToGuest("guest-panic", "Has a minios guest panic.", "crash panic\r"),
        ToGuest("guest-hang", "Has a minios guest hang; the watchdog notices.", "crash hang\r"),
        VmActorFail(),
        PartitionCommands.Partition(),
        PartitionCommands.Heal(),
        PartitionCommands.Show(),
    };

    private static Command ToNode(string command, string description, Signal signal)
    {
        var name = new Argument<string>("NODE") { Description = "A node's or controller's name, as 'trapline status' lists them" };
        return ClusterCommand.CreateLocal(command, description, (parsed, data, printer, _) =>
        {
            var state = ClusterState.Read(data.State) ?? throw new CliException(ExitCodes.Unavailable, $"no cluster runs on {data.Path}");
            var node = state.Nodes.FirstOrDefault(n => n.Name == parsed.GetValue(name))
                ?? throw new CliException(ExitCodes.NotFound, UnknownName.Describe("node", parsed.GetValue(name)!, "Nodes", state.Nodes.Select(n => n.Name)));
            if (!Signals.Send(node.Pid, signal))
                throw new CliException(ExitCodes.Conflict, $"process {node.Pid} of {node.Name} has ended by itself");
            printer.Tell(new FaultView(command, Node: node.Name, Pid: node.Pid), CompactJson.Default.FaultView);
            printer.Say($"{node.Name} (process {node.Pid}): {command}");
            return Task.FromResult(ExitCodes.Success);
        }).With(name);
    }

    private static Command ToGuest(string command, string description, string typed)
    {
        var name = Names.Vm();
        return ClusterCommand.Create(command, description, async (session, cancellation) =>
        {
            var vm = session.Parsed.GetValue(name)!;
            await session.Api.TypeAsync(vm, Encoding.ASCII.GetBytes(typed), cancellation).ConfigureAwait(false);
            session.Printer.Tell(new FaultView(command, Vm: vm), CompactJson.Default.FaultView);
            session.Printer.Say($"{vm}: typed '{typed.Trim()}'");
            return ExitCodes.Success;
        }).With(name);
    }

    private static Command VmActorFail()
    {
        var name = Names.Vm();
        return ClusterCommand.Create("vm-actor-fail", "Has a VM's actor fail; the machine goes on.", async (session, cancellation) =>
        {
            var vm = session.Parsed.GetValue(name)!;
            await session.Api.PostAsync($"/v1/vms/{PathPart.Of(vm)}/fail-actor", cancellation).ConfigureAwait(false);
            session.Printer.Tell(new FaultView("vm-actor-fail", Vm: vm), CompactJson.Default.FaultView);
            session.Printer.Say($"{vm}: its actor was told to fail");
            return ExitCodes.Success;
        }).With(name);
    }
}
