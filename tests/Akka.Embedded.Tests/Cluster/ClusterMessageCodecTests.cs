using System.Collections.Immutable;
using System.Runtime.Serialization;
using Akka.Cluster;
using Akka.Cluster.Membership;
using Akka.Cluster.Wire;
using static Akka.Embedded.Tests.Cluster.Nodes;

namespace Akka.Embedded.Tests.Cluster;

public sealed class ClusterMessageCodecTests
{
    private static readonly Gossip Full = (GossipOf(
            Member("a", roles: ["x", "y"]), Member("b", MemberStatus.Joining, roles: "y"), Member("c", MemberStatus.Down, 2))
        with
    {
        Seen = Set("a b"),
        Reachability = Observations("a>c b>c").Terminated(Node("a"), Node("b")),
        Tombstones = ImmutableSortedDictionary<UniqueAddress, long>.Empty.Add(Node("d", -5), 1_900_000_000_000),
    }).Increment(Gossip.ClockNode(Node("a"))).Increment(Gossip.ClockNode(Node("b")));

    public static TheoryData<string> Kinds => ["IJ", "IJA", "IJN", "J", "W", "GE", "GS", "EC", "YR", "HB", "HBR"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_message_comes_back_as_it_went(string manifest)
    {
        var message = Example(manifest);

        Assert.Equal(manifest, ClusterMessageCodec.Manifest(message));
        var bytes = ClusterMessageCodec.Write(message);
        var back = ClusterMessageCodec.Read(manifest, bytes);

        Assert.IsType(message.GetType(), back);
        Assert.Equal(bytes, ClusterMessageCodec.Write(back));
    }

    [Fact]
    public void The_whole_membership_state_survives_the_wire()
    {
        var back = ((GossipEnvelope)ClusterMessageCodec.Read("GE", ClusterMessageCodec.Write(Example("GE")))).Gossip;

        Assert.True(back.HasSameContent(Full));
        Assert.Equal(Full.Seen, back.Seen);
        Assert.Equal(Full.Version, back.Version);
        Assert.Equal(Full.Tombstones, back.Tombstones);
        Assert.Equal(["x", "y"], back.Find(Node("a"))!.Roles.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Garbage_is_refused_with_one_kind_of_exception(string manifest)
    {
        var good = ClusterMessageCodec.Write(Example(manifest));
        var random = new Random(7);
        for (var round = 0; round < 3_000; round++)
        {
            var bytes = (byte[])good.Clone();
            for (var change = random.Next(1, 4); change > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(3) == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            AssertReadsOrRefuses(manifest, bytes);
        }

        for (var round = 0; round < 1_000; round++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            AssertReadsOrRefuses(manifest, bytes);
        }
    }

    [Fact]
    public void An_unknown_version_or_manifest_is_refused_by_name()
    {
        var bytes = ClusterMessageCodec.Write(Example("HB"));
        bytes[0] = 9;

        Assert.Contains("format version is 9", Assert.Throws<SerializationException>(() => ClusterMessageCodec.Read("HB", bytes)).Message, StringComparison.Ordinal);
        bytes[0] = ClusterMessageCodec.FormatVersion;
        Assert.Contains("[??]", Assert.Throws<SerializationException>(() => ClusterMessageCodec.Read("??", bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_count_that_the_message_cannot_hold_is_refused_before_memory_is_taken()
    {
        var writer = new WireWriter();
        writer.Byte(ClusterMessageCodec.FormatVersion);
        GossipCodec.WriteNode(writer, Node("a"));
        writer.Number(int.MaxValue);

        Assert.Throws<SerializationException>(() => ClusterMessageCodec.Read("W", writer.ToArray()));
    }

    private static void AssertReadsOrRefuses(string manifest, byte[] bytes)
    {
        try
        {
            Assert.NotNull(ClusterMessageCodec.Read(manifest, bytes));
        }
        catch (SerializationException)
        {
            // The one way in which a message may be refused.
        }
    }

    private static IClusterMessage Example(string manifest) => manifest switch
    {
        "IJ" => new InitJoin(Node("a").Address),
        "IJA" => new InitJoinAck(Node("a").Address),
        "IJN" => new InitJoinNack(Node("a").Address),
        "J" => new Join(Node("a", int.MinValue), ["r", "s"]),
        "W" => new Welcome(Node("a"), Full),
        "GE" => new GossipEnvelope(Node("a"), Node("b"), Full),
        "GS" => new GossipStatus(Node("a"), Full.Version),
        "EC" => new ExitingConfirmed(Node("a")),
        "YR" => new YouWereRemoved(Node("a"), Node("b")),
        "HB" => new Heartbeat(Node("a").Address, 1L << 40),
        _ => new HeartbeatRsp(Node("a"), 3),
    };
}
