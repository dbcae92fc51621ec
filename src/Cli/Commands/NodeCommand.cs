using System.CommandLine;
using Trapline.Cli.Client;
using Trapline.Cli.Launching;
using Trapline.Cli.Output;
using Trapline.Cli.State;
using Trapline.Shared.Api;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline node</c>: host nodes.</summary>
internal static class NodeCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("node", "Host nodes.")
    {
        ClusterCommand.Create("ls", "Lists nodes.", async (session, cancellation) =>
        {
            var nodes = await session.Api.GetAsync("/v1/nodes", ApiJson.Default.ImmutableArrayNodeView, cancellation).ConfigureAwait(false);
            session.Printer.Print(nodes, ApiJson.Default.ImmutableArrayNodeView, v => Tables.Of(v));
            return ExitCodes.Success;
        }),
        Wish("cordon", "Places no new VMs on a node.", HttpMethod.Post, "/cordon"),
        Wish("uncordon", "Places VMs on a node again.", HttpMethod.Post, "/uncordon"),
        Wish("drain", "Places no new VMs on a node, and moves those it has elsewhere.", HttpMethod.Post, "/drain"),
        Add(),
        Remove(),
    };

    private static Command Add()
    {
        var count = new Option<int>("--count", "-n") { Description = "How many", DefaultValueFactory = _ => 1, HelpName = "N" };
        return ClusterCommand.Create("add", "Starts further nodes of this local cluster; 'up' starts them again.", async (session, cancellation) =>
        {
            var number = session.Parsed.GetValue(count);
            if (number is < 1 or > ClusterPlan.MostNodes)
                throw new CliException(ExitCodes.Usage, $"--count {number} is not possible: give a number from 1 to {ClusterPlan.MostNodes}");
            var control = ControlOf(session) ?? throw new CliException(ExitCodes.Conflict, "nobody watches over this cluster: its nodes are started where they run");
            var added = await Printer.ProgressAsync("starting", _ => ControlPipe.AskAsync(control, new ControlRequest(Add: number), cancellation)).ConfigureAwait(false);
            var nodes = await session.Api.GetAsync("/v1/nodes", ApiJson.Default.ImmutableArrayNodeView, cancellation).ConfigureAwait(false);
            session.Printer.Print([.. nodes.Where(n => added.Nodes.Contains(n.Name))], ApiJson.Default.ImmutableArrayNodeView, v => Tables.Of(v));
            return ExitCodes.Success;
        }).With(count);
    }

    /// <summary>A node that takes no VMs any more and has none: its process is ended, if it is one of this launcher, and then it is forgotten.</summary>
    private static Command Remove()
    {
        var name = Names.Node();
        return ClusterCommand.Create("rm", "Removes a node that is drained or lost, and ends its process.", async (session, cancellation) =>
        {
            var node = session.Parsed.GetValue(name)!;
            var view = await session.Api.GetAsync("/v1/nodes", ApiJson.Default.ImmutableArrayNodeView, cancellation).ConfigureAwait(false);
            if (view.FirstOrDefault(n => n.Name == node) is { State: not "lost" } known && ControlOf(session) is { } control)
            {
                if (known.Availability == "schedulable" || known.Vms > 0)
                    throw new CliException(ExitCodes.Conflict, $"{node} is {known.Availability} and has {known.Vms} VMs: drain it first, and wait until it is empty");
                await Printer.ProgressAsync($"ending {node}", _ => ControlPipe.AskAsync(control, new ControlRequest(Remove: node), cancellation)).ConfigureAwait(false);
            }

            var accepted = await session.Api.ChangeAsync(HttpMethod.Delete, $"/v1/nodes/{PathPart.Of(node)}", cancellation).ConfigureAwait(false);
            session.Printer.PrintLine(accepted, ApiJson.Default.AcceptedView, _ => $"{node}: removed");
            return ExitCodes.Success;
        }).With(name);
    }

    private static string? ControlOf(ClusterSession session) => ClusterState.Read(session.Data.State)?.Control;

    private static Command Wish(string command, string description, HttpMethod method, string path)
    {
        var name = Names.Node();
        return ClusterCommand.Create(command, description, async (session, cancellation) =>
        {
            var node = session.Parsed.GetValue(name);
            var accepted = await session.Api.ChangeAsync(method, $"/v1/nodes/{PathPart.Of(node)}{path}", cancellation).ConfigureAwait(false);
            session.Printer.PrintLine(accepted, ApiJson.Default.AcceptedView, _ => $"{node}: {command} accepted");
            return ExitCodes.Success;
        }).With(name);
    }
}
