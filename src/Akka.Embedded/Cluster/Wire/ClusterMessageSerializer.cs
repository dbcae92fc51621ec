using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;

namespace Akka.Cluster.Wire;

/// <summary>Binds the cluster's wire format to the serialization of the actor system.</summary>
internal sealed class ClusterMessageSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public override int Identifier => 5;

    public override string Manifest(object o) => ClusterMessageCodec.Manifest(o);

    public override byte[] ToBinary(object obj) => ClusterMessageCodec.Write(obj);

    /// <exception cref="SerializationException">The bytes are not a message of the cluster.</exception>
    public override object FromBinary(byte[] bytes, string manifest) => ClusterMessageCodec.Read(manifest, bytes) switch
    {
        GossipEnvelope envelope => envelope with { ReceivedAt = TimeProvider.System.GetTimestamp() },
        var message => message,
    };
}
