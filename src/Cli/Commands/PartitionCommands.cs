using System.CommandLine;
using Trapline.Shared.Api;
using Trapline.Shared.Faults;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline fault partition</c>, <c>heal</c> and <c>show</c>: cuts through the network between nodes.</summary>
internal static class PartitionCommands
{
    private const string Path = "/v1/faults/partition";

    /// <summary><c>trapline fault partition 'A,B | C' [--one-way]</c>.</summary>
    public static Command Partition()
    {
        var groups = new Argument<string[]>("GROUPS")
        {
            Description = "Nodes and controllers, groups separated by bars: 'node1,node2 | controller1'. One group alone is cut off from all others.",
            Arity = ArgumentArity.OneOrMore,
        };
        var oneWay = new Option<bool>("--one-way") { Description = "Only what the first group sends is lost; it still hears the others" };
        return ClusterCommand.Create("partition", "Cuts the network between groups of nodes, until 'fault heal' or the next partition.", async (session, cancellation) =>
        {
            var asked = new PartitionRequest(Shared.Faults.Partition.Parse(string.Join(' ', session.Parsed.GetValue(groups)!)), session.Parsed.GetValue(oneWay));
            return Print(session, await session.Api.SendAsync(HttpMethod.Put, Path, asked, ApiJson.Default.PartitionRequest, ApiJson.Default.PartitionView, cancellation).ConfigureAwait(false));
        }).With(groups, oneWay);
    }

    /// <summary><c>trapline fault heal</c>.</summary>
    public static Command Heal() => ClusterCommand.Create("heal", "Makes the network whole again.", async (session, cancellation) =>
        Print(session, await session.Api.SendAsync(HttpMethod.Delete, Path, ApiJson.Default.PartitionView, cancellation).ConfigureAwait(false)));

    /// <summary><c>trapline fault show</c>.</summary>
    public static Command Show() => ClusterCommand.Create("show", "Shows the partition in force.", async (session, cancellation) =>
        Print(session, await session.Api.GetAsync(Path, ApiJson.Default.PartitionView, cancellation).ConfigureAwait(false)));

    /// <summary>One line about the network.</summary>
    public static string Line(PartitionView view)
    {
        var what = view.Partition is null ? "The network is whole" : $"Partition in force: {view.Partition} ('trapline fault heal' ends it)";
        return view.Pending.IsEmpty ? what : $"{what}; not applied yet by {string.Join(", ", view.Pending)}";
    }

    private static int Print(ClusterSession session, PartitionView view)
    {
        session.Printer.PrintLine(view, ApiJson.Default.PartitionView, Line);
        return ExitCodes.Success;
    }
}
