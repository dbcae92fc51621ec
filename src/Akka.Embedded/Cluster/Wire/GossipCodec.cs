using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Membership;

namespace Akka.Cluster.Wire;

/// <summary>
/// The membership state as bytes. Nodes and roles are written once in tables and then named by their index:
/// <code>
/// nodes:      count, (protocol, system, host, port, uid)*
/// roles:      count, text*
/// members:    count, (node, status, up number, role count, role*)*
/// seen:       count, node*
/// rows:       count, (observer node, version, subject count, (subject node, status)*)*
/// clock:      count, (hash text, version)*
/// tombstones: count, (node, removed at ms)*
/// </code>
/// A state that contradicts itself (a row or a seen entry about no member, a member twice) is refused on reading.
/// </summary>
internal static class GossipCodec
{
    public static void Write(WireWriter writer, Gossip gossip)
    {
        var nodes = gossip.Members.Select(m => m.UniqueAddress).Concat(gossip.Tombstones.Keys).Distinct().ToList();
        var nodeIndex = nodes.Select((node, i) => (node, i)).ToDictionary(p => p.node, p => p.i);
        var roles = gossip.Members.SelectMany(m => m.Roles).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();

        writer.Number(nodes.Count);
        foreach (var node in nodes)
            WriteNode(writer, node);
        writer.Number(roles.Count);
        foreach (var role in roles)
            writer.Text(role);
        writer.Number(gossip.Members.Count);
        foreach (var member in gossip.Members)
            WriteMember(writer, member, nodeIndex, roles);
        writer.Number(gossip.Seen.Count);
        foreach (var node in gossip.Seen)
            writer.Number(nodeIndex[node]);
        WriteReachability(writer, gossip.Reachability, nodeIndex);
        WriteClock(writer, gossip.Version);
        writer.Number(gossip.Tombstones.Count);
        foreach (var (node, removedAt) in gossip.Tombstones)
        {
            writer.Number(nodeIndex[node]);
            writer.Number(removedAt);
        }
    }

    public static Gossip Read(ref WireReader reader)
    {
        var nodes = new UniqueAddress[reader.Count()];
        for (var i = 0; i < nodes.Length; i++)
            nodes[i] = ReadNode(ref reader);
        var roles = new string[reader.Count()];
        for (var i = 0; i < roles.Length; i++)
            roles[i] = reader.Text();

        var members = ImmutableSortedSet.CreateBuilder<Member>();
        for (var left = reader.Count(); left > 0; left--)
            Require(members.Add(ReadMember(ref reader, nodes, roles)), "a member appears twice");
        var memberNodes = members.Select(m => m.UniqueAddress).ToHashSet();

        var seen = ImmutableSortedSet.CreateBuilder<UniqueAddress>();
        for (var left = reader.Count(); left > 0; left--)
            seen.Add(MemberNode(ref reader, nodes, memberNodes));
        var reachability = ReadReachability(ref reader, nodes, memberNodes);
        var clock = ReadClock(ref reader);
        var tombstones = ImmutableSortedDictionary.CreateBuilder<UniqueAddress, long>();
        for (var left = reader.Count(); left > 0; left--)
        {
            var node = At(nodes, ref reader);
            Require(!memberNodes.Contains(node), "a removed node is a member");
            tombstones[node] = reader.Number();
        }

        return new Gossip(members.ToImmutable(), seen.ToImmutable(), reachability, clock, tombstones.ToImmutable());
    }

    public static void WriteAddress(WireWriter writer, Address address)
    {
        writer.Text(address.Protocol);
        writer.Text(address.System);
        writer.Text(address.Host ?? "");
        writer.Number(address.Port ?? 0);
    }

    public static Address ReadAddress(ref WireReader reader)
    {
        var protocol = reader.Text();
        var system = reader.Text();
        var host = reader.Text();
        var port = reader.Below(65536);
        Require(protocol.Length > 0 && system.Length > 0, "an address lacks its protocol or system");
        return host.Length == 0 ? new Address(protocol, system) : new Address(protocol, system, host, port);
    }

    public static void WriteNode(WireWriter writer, UniqueAddress node)
    {
        WriteAddress(writer, node.Address);
        writer.Int32(node.Uid);
    }

    public static UniqueAddress ReadNode(ref WireReader reader)
    {
        var address = ReadAddress(ref reader);
        return new UniqueAddress(address, reader.Int32());
    }

    public static void WriteClock(WireWriter writer, VectorClock clock)
    {
        writer.Number(clock.Versions.Count);
        foreach (var (node, version) in clock.Versions)
        {
            writer.Text(node.ToString());
            writer.Number(version);
        }
    }

    public static VectorClock ReadClock(ref WireReader reader)
    {
        var versions = ImmutableSortedDictionary.CreateBuilder<VectorClock.Node, long>();
        for (var left = reader.Count(); left > 0; left--)
        {
            var node = VectorClock.Node.FromHash(reader.Text());
            var version = reader.Number();
            Require(version > 0, "a clock's counter is not positive");
            versions[node] = version;
        }

        return VectorClock.Create(versions.ToImmutable());
    }

    private static void WriteMember(WireWriter writer, Member member, Dictionary<UniqueAddress, int> nodeIndex, List<string> roles)
    {
        writer.Number(nodeIndex[member.UniqueAddress]);
        writer.Byte((byte)member.Status);
        writer.Number(member.UpNumber);
        writer.Number(member.Roles.Count);
        foreach (var role in member.Roles)
            writer.Number(roles.BinarySearch(role, StringComparer.Ordinal));
    }

    private static Member ReadMember(ref WireReader reader, UniqueAddress[] nodes, string[] roles)
    {
        var node = At(nodes, ref reader);
        var status = (MemberStatus)reader.Byte();
        Require(Enum.IsDefined(status) && status != MemberStatus.Removed, "a member has no valid status");
        var upNumber = reader.Number();
        Require(upNumber is > 0 and <= int.MaxValue, "an up number is out of range");
        var own = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        for (var left = reader.Count(); left > 0; left--)
            own.Add(At(roles, ref reader));
        return new Member(node, (int)upNumber, status, own.ToImmutable());
    }

    private static void WriteReachability(WireWriter writer, Reachability reachability, Dictionary<UniqueAddress, int> nodeIndex)
    {
        writer.Number(reachability.Rows.Count);
        foreach (var (observer, row) in reachability.Rows)
        {
            writer.Number(nodeIndex[observer]);
            writer.Number(row.Version);
            writer.Number(row.Subjects.Count);
            foreach (var (subject, status) in row.Subjects)
            {
                writer.Number(nodeIndex[subject]);
                writer.Byte((byte)status);
            }
        }
    }

    private static Reachability ReadReachability(ref WireReader reader, UniqueAddress[] nodes, HashSet<UniqueAddress> members)
    {
        var rows = ImmutableSortedDictionary.CreateBuilder<UniqueAddress, Reachability.Row>();
        for (var left = reader.Count(); left > 0; left--)
        {
            var observer = MemberNode(ref reader, nodes, members);
            var version = reader.Number();
            Require(version > 0, "a row's version is not positive");
            var subjects = ImmutableSortedDictionary.CreateBuilder<UniqueAddress, ReachabilityStatus>();
            for (var subjectsLeft = reader.Count(); subjectsLeft > 0; subjectsLeft--)
            {
                var subject = MemberNode(ref reader, nodes, members);
                var status = (ReachabilityStatus)reader.Byte();
                Require(status is ReachabilityStatus.Unreachable or ReachabilityStatus.Terminated, "a row has no valid status");
                subjects[subject] = status;
            }

            Require(rows.TryAdd(observer, new Reachability.Row(version, subjects.ToImmutable())), "an observer appears twice");
        }

        return new Reachability(rows.ToImmutable());
    }

    private static UniqueAddress MemberNode(ref WireReader reader, UniqueAddress[] nodes, HashSet<UniqueAddress> members)
    {
        var node = At(nodes, ref reader);
        Require(members.Contains(node), "it speaks of a node that is no member");
        return node;
    }

    private static T At<T>(T[] table, ref WireReader reader) => table[reader.Below(table.Length)];

    private static void Require(bool condition, string what)
    {
        if (!condition)
            throw WireReader.Garbled(what);
    }
}
