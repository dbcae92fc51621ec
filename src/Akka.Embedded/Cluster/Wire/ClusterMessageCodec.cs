using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Cluster.Wire;

/// <summary>
/// The messages between cluster daemons as bytes: one byte with the version of the format, then the fields. Which message
/// it is stands in the manifest. A version that this node does not know is refused, so that it can be told apart from garbage.
/// </summary>
internal static class ClusterMessageCodec
{
    public const byte FormatVersion = 1;

    public static string Manifest(object message) => message switch
    {
        InitJoin => "IJ",
        InitJoinAck => "IJA",
        InitJoinNack => "IJN",
        Join => "J",
        Welcome => "W",
        GossipEnvelope => "GE",
        GossipStatus => "GS",
        ExitingConfirmed => "EC",
        YouWereRemoved => "YR",
        Heartbeat => "HB",
        HeartbeatRsp => "HBR",
        _ => throw new ArgumentException($"{message.GetType()} is not a message between cluster daemons.", nameof(message)),
    };

    public static byte[] Write(object message)
    {
        var writer = new WireWriter();
        writer.Byte(FormatVersion);
        switch (message)
        {
            case InitJoin m: GossipCodec.WriteAddress(writer, m.From); break;
            case InitJoinAck m: GossipCodec.WriteAddress(writer, m.From); break;
            case InitJoinNack m: GossipCodec.WriteAddress(writer, m.From); break;
            case Join m:
                GossipCodec.WriteNode(writer, m.Node);
                writer.Number(m.Roles.Count);
                foreach (var role in m.Roles)
                    writer.Text(role);
                break;
            case Welcome m:
                GossipCodec.WriteNode(writer, m.From);
                GossipCodec.Write(writer, m.Gossip);
                break;
            case GossipEnvelope m:
                GossipCodec.WriteNode(writer, m.From);
                GossipCodec.WriteNode(writer, m.To);
                GossipCodec.Write(writer, m.Gossip);
                break;
            case GossipStatus m:
                GossipCodec.WriteNode(writer, m.From);
                GossipCodec.WriteClock(writer, m.Version);
                break;
            case ExitingConfirmed m: GossipCodec.WriteNode(writer, m.Node); break;
            case YouWereRemoved m:
                GossipCodec.WriteNode(writer, m.From);
                GossipCodec.WriteNode(writer, m.Node);
                break;
            case Heartbeat m:
                GossipCodec.WriteAddress(writer, m.From);
                writer.Number(m.SequenceNr);
                break;
            case HeartbeatRsp m:
                GossipCodec.WriteNode(writer, m.From);
                writer.Number(m.SequenceNr);
                break;
            default: throw new ArgumentException($"{message.GetType()} is not a message between cluster daemons.", nameof(message));
        }

        return writer.ToArray();
    }

    /// <exception cref="System.Runtime.Serialization.SerializationException">The bytes are not such a message.</exception>
    public static IClusterMessage Read(string manifest, ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        var version = reader.Byte();
        if (version != FormatVersion)
            throw WireReader.Garbled($"its format version is {version}, this node knows {FormatVersion}");
        IClusterMessage message = manifest switch
        {
            "IJ" => new InitJoin(GossipCodec.ReadAddress(ref reader)),
            "IJA" => new InitJoinAck(GossipCodec.ReadAddress(ref reader)),
            "IJN" => new InitJoinNack(GossipCodec.ReadAddress(ref reader)),
            "J" => new Join(GossipCodec.ReadNode(ref reader), ReadRoles(ref reader)),
            "W" => new Welcome(GossipCodec.ReadNode(ref reader), GossipCodec.Read(ref reader)),
            "GE" => new GossipEnvelope(GossipCodec.ReadNode(ref reader), GossipCodec.ReadNode(ref reader), GossipCodec.Read(ref reader)),
            "GS" => new GossipStatus(GossipCodec.ReadNode(ref reader), GossipCodec.ReadClock(ref reader)),
            "EC" => new ExitingConfirmed(GossipCodec.ReadNode(ref reader)),
            "YR" => new YouWereRemoved(GossipCodec.ReadNode(ref reader), GossipCodec.ReadNode(ref reader)),
            "HB" => new Heartbeat(GossipCodec.ReadAddress(ref reader), reader.Number()),
            "HBR" => new HeartbeatRsp(GossipCodec.ReadNode(ref reader), reader.Number()),
            _ => throw WireReader.Garbled($"its manifest is [{manifest}]"),
        };
        reader.End();
        return message;
    }

    private static ImmutableHashSet<string> ReadRoles(ref WireReader reader)
    {
        var roles = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        for (var left = reader.Count(); left > 0; left--)
            roles.Add(reader.Text());
        return roles.ToImmutable();
    }
}
