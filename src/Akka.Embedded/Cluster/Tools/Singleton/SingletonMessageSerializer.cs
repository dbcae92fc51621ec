using Akka.Actor;
using Akka.Cluster.Wire;
using Akka.Serialization;

namespace Akka.Cluster.Tools.Singleton;

/// <summary>The messages between singleton managers as bytes: one byte with the version of the format, then the fields.</summary>
internal sealed class SingletonMessageSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public const byte FormatVersion = 1;

    public override int Identifier => 14;

    public override string Manifest(object o) => o switch
    {
        HandOverToMe => "A",
        HandOverInProgress => "B",
        HandOverDone => "C",
        TakeOverFromMe => "D",
        _ => throw new ArgumentException($"{o.GetType()} is not a message between singleton managers.", nameof(o)),
    };

    public override byte[] ToBinary(object obj)
    {
        var writer = new WireWriter();
        writer.Byte(FormatVersion);
        switch (obj)
        {
            case HandOverToMe m: GossipCodec.WriteNode(writer, m.From); break;
            case HandOverInProgress m: GossipCodec.WriteNode(writer, m.From); break;
            case TakeOverFromMe m: GossipCodec.WriteNode(writer, m.From); break;
            case HandOverDone m:
                GossipCodec.WriteNode(writer, m.From);
                writer.Byte(m.CoversOlder ? (byte)1 : (byte)0);
                break;
            default: throw new ArgumentException($"{obj.GetType()} is not a message between singleton managers.", nameof(obj));
        }

        return writer.ToArray();
    }

    /// <exception cref="System.Runtime.Serialization.SerializationException">The bytes are not such a message.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        var reader = new WireReader(bytes);
        var version = reader.Byte();
        if (version != FormatVersion)
            throw WireReader.Garbled($"its format version is {version}, this node knows {FormatVersion}");
        object message = manifest switch
        {
            "A" => new HandOverToMe(GossipCodec.ReadNode(ref reader)),
            "B" => new HandOverInProgress(GossipCodec.ReadNode(ref reader)),
            "C" => new HandOverDone(GossipCodec.ReadNode(ref reader), reader.Byte() == 1),
            "D" => new TakeOverFromMe(GossipCodec.ReadNode(ref reader)),
            _ => throw WireReader.Garbled($"its manifest is [{manifest}]"),
        };
        reader.End();
        return message;
    }
}
