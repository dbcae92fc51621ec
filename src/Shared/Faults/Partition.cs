using System.Collections.Immutable;
using Trapline.Shared.Naming;

namespace Trapline.Shared.Faults;

/// <summary>
/// A cut through the network between nodes, injected to watch the recovery. Nodes of different groups do not hear each other; a node in no group
/// hears everybody and is heard.
/// </summary>
/// <param name="Id">Tells it from every other one: nodes say which they have applied.</param>
/// <param name="Groups">The names of hosts and controllers; no name twice.</param>
/// <param name="OneWay">Only what the first group sends to the others is lost: it still hears them.</param>
/// <param name="Since">When it was asked for: UTC.</param>
public sealed record Partition(string Id, ImmutableArray<ImmutableArray<string>> Groups, bool OneWay, DateTimeOffset Since)
{
    /// <summary>The groups as users write them: <c>node1,node2 | controller1</c>.</summary>
    public string Text => string.Join(OneWay ? " > " : " | ", Groups.Select(group => string.Join(',', group)));

    /// <summary>Reads groups as users write them: names separated by commas, groups by bars.</summary>
    public static ImmutableArray<ImmutableArray<string>> Parse(string text) =>
        [.. text.Split('|').Select(group => group.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToImmutableArray())];

    /// <summary>
    /// Checks groups against the nodes that there are. One group alone is cut off from all other nodes.
    /// </summary>
    /// <param name="groups">As given.</param>
    /// <param name="nodes">The names of all nodes.</param>
    /// <param name="complete">The groups with what one alone leaves out.</param>
    /// <returns>What is wrong, in one sentence; null if nothing is.</returns>
    public static string? Complete(ImmutableArray<ImmutableArray<string>> groups, IReadOnlyCollection<string> nodes, out ImmutableArray<ImmutableArray<string>> complete)
    {
        complete = groups;
        if (groups.IsDefaultOrEmpty || groups.Any(group => group.IsDefaultOrEmpty || group.Any(name => name is null)))
            return "A partition is groups of nodes, none of them empty: 'node1,node2 | controller1'.";
        var named = groups.SelectMany(group => group).ToList();
        if (named.Find(name => !nodes.Contains(name, StringComparer.Ordinal)) is { } unknown)
            return UnknownName.Describe("node", unknown, "Nodes", nodes.Order(StringComparer.Ordinal));
        if (named.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
            return $"'{twice.Key}' is named twice.";
        if (groups.Length > 1)
            return null;
        var others = nodes.Except(named, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToImmutableArray();
        complete = groups.Add(others);
        return others.IsEmpty ? "All nodes are in one group: nothing would be cut." : null;
    }

    /// <summary>Which directions are cut between two nodes, as the first of them sees it.</summary>
    public (bool Send, bool Receive) CutsBetween(string node, string peer)
    {
        var (mine, theirs) = (GroupOf(node), GroupOf(peer));
        if (mine < 0 || theirs < 0 || mine == theirs)
            return (false, false);
        return OneWay ? (mine == 0, theirs == 0) : (true, true);
    }

    private int GroupOf(string name)
    {
        for (var i = 0; i < Groups.Length; i++)
        {
            if (Groups[i].Contains(name, StringComparer.Ordinal))
                return i;
        }

        return -1;
    }
}
