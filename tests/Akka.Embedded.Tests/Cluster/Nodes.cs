using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Membership;

namespace Akka.Embedded.Tests.Cluster;

/// <summary>Nodes, members and states in few words: node <c>a</c> listens on host <c>a</c> and has uid 1 unless said otherwise.</summary>
internal static class Nodes
{
    public static UniqueAddress Node(string name, int uid = 1) => new(new Address("akka.tcp", "sys", name, 2552), uid);

    public static Member Member(string name, MemberStatus status = MemberStatus.Up, int upNumber = 1, params string[] roles) => new(
        Node(name),
        status is MemberStatus.Joining or MemberStatus.WeaklyUp ? Akka.Cluster.Member.NotYetUp : upNumber,
        status,
        [.. roles]);

    public static Gossip GossipOf(params Member[] members) => Gossip.Empty with { Members = [.. members] };

    public static MembershipState StateOf(string self, params Member[] members) => new(GossipOf(members), Node(self));

    /// <summary>Reachability from words such as <c>a>b</c>: a does not reach b.</summary>
    public static Reachability Observations(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(word => word.Split('>'))
        .Aggregate(Reachability.Empty, (r, pair) => r.Unreachable(Node(pair[0]), Node(pair[1])));

    public static ImmutableSortedSet<UniqueAddress> Set(string names) =>
        [.. names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => Node(n))];
}
