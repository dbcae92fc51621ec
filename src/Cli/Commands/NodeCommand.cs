using System.CommandLine;
using Trapline.Cli.Output;
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
        Wish("rm", "Forgets a node that is lost or empty.", HttpMethod.Delete, ""),
    };

    private static Command Wish(string command, string description, HttpMethod method, string path)
    {
        var name = Names.Node();
        return ClusterCommand.Create(command, description, async (session, cancellation) =>
        {
            var node = session.Parsed.GetValue(name);
            var accepted = await session.Api.ChangeAsync(method, $"/v1/nodes/{node}{path}", cancellation).ConfigureAwait(false);
            session.Printer.PrintLine(accepted, ApiJson.Default.AcceptedView, _ => $"{node}: {command} accepted");
            return ExitCodes.Success;
        }).With(name);
    }
}
