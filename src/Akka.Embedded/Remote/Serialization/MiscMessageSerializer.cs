using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Remote.Wire;
using Akka.Serialization;

namespace Akka.Remote.Serialization;

/// <summary>Serializes the messages of the runtime that users send or receive, and references that are messages themselves.</summary>
internal sealed class MiscMessageSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private const string IdentifyManifest = "ID";
    private const string IdentityManifest = "AID";
    private const string SelectionManifest = "SEL";
    private const string ReferenceManifest = "AR";
    private const string PoisonPillManifest = "PP";
    private const string KillManifest = "K";
    private const string SuccessManifest = "SS";
    private const string FailureManifest = "SF";
    private const string AddressManifest = "ADDR";
    private const string HeartbeatManifest = "HB";
    private const string HeartbeatRspManifest = "HBR";

    public override int Identifier => 16;

    public override string Manifest(object o) => o switch
    {
        ActorSelectionMessage => SelectionManifest,
        RemoteWatcher.Heartbeat => HeartbeatManifest,
        RemoteWatcher.HeartbeatRsp => HeartbeatRspManifest,
        Identify => IdentifyManifest,
        ActorIdentity => IdentityManifest,
        IActorRef => ReferenceManifest,
        PoisonPill => PoisonPillManifest,
        Kill => KillManifest,
        Status.Success => SuccessManifest,
        Status.Failure => FailureManifest,
        Address => AddressManifest,
        _ => throw Unknown(o.GetType().ToString()),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        ActorSelectionMessage selection => SelectionToBinary(selection),
        RemoteWatcher.Heartbeat or PoisonPill or Kill => [],
        RemoteWatcher.HeartbeatRsp response => new WireBuffer().Int32(response.AddressUid).ToArray(),
        Identify identify => new WireBuffer().Nested(system, identify.MessageId).ToArray(),
        ActorIdentity identity => new WireBuffer().Reference(identity.Subject).Nested(system, identity.MessageId).ToArray(),
        IActorRef reference => new WireBuffer().Reference(reference).ToArray(),
        Status.Success success => new WireBuffer().Nested(system, success.Status).ToArray(),
        Status.Failure failure => new WireBuffer().Exception(failure.Cause).Nested(system, failure.State).ToArray(),
        Address address => new WireBuffer().Text(address.ToString()).ToArray(),
        _ => throw Unknown(obj.GetType().ToString()),
    };

    public override object FromBinary(byte[] bytes, string manifest)
    {
        var reader = new WireReader(bytes);
        switch (manifest)
        {
            case SelectionManifest:
                return SelectionFromBinary(ref reader);
            case HeartbeatManifest:
                return RemoteWatcher.Heartbeat.Instance;
            case HeartbeatRspManifest:
                var uid = reader.Int32();
                WireFields.Check(reader);
                return new RemoteWatcher.HeartbeatRsp(uid);
            case IdentifyManifest:
                return new Identify(reader.Nested(system)!);
            case IdentityManifest:
                var subject = reader.Reference(system);
                return new ActorIdentity(reader.Nested(system)!, subject);
            case ReferenceManifest:
                return reader.Reference(system) ?? ActorRefs.Nobody;
            case PoisonPillManifest:
                return PoisonPill.Instance;
            case KillManifest:
                return Kill.Instance;
            case SuccessManifest:
                return new Status.Success(reader.Nested(system)!);
            case FailureManifest:
                var cause = reader.Exception();
                return new Status.Failure(cause!, reader.Nested(system)!);
            case AddressManifest:
                var address = reader.Text(WireFields.AnyLength);
                WireFields.Check(reader);
                return Address.Parse(address);
            default:
                throw Unknown(manifest);
        }
    }

    private byte[] SelectionToBinary(ActorSelectionMessage selection)
    {
        var buffer = new WireBuffer().Byte(selection.WildCardFanOut ? (byte)1 : (byte)0).Varint((ulong)selection.Elements.Length);
        foreach (var element in selection.Elements)
        {
            _ = element switch
            {
                SelectParent => buffer.Byte(SelectionElement.Parent),
                SelectChildName name => buffer.Byte(SelectionElement.Name).Text(name.Name),
                SelectChildPattern pattern => buffer.Byte(SelectionElement.Pattern).Text(pattern.PatternStr),
                SelectChildRecursive => buffer.Byte(SelectionElement.Recursive),
                _ => throw Unknown(element.GetType().ToString()),
            };
        }

        return buffer.Nested(system, selection.Message).ToArray();
    }

    private ActorSelectionMessage SelectionFromBinary(ref WireReader reader)
    {
        var fanOut = reader.Byte() == 1;
        var count = reader.Bounded(WireFormat.MaxTableEntries);
        var elements = new List<SelectionPathElement>();
        for (var i = 0; i < count && !reader.Failed; i++)
        {
            SelectionPathElement element = reader.Byte() switch
            {
                SelectionElement.Parent => new SelectParent(),
                SelectionElement.Name => new SelectChildName(reader.Text(WireFields.AnyLength)),
                SelectionElement.Pattern => new SelectChildPattern(reader.Text(WireFields.AnyLength)),
                SelectionElement.Recursive => new SelectChildRecursive(),
                var kind => throw Unknown($"selection element {kind}"),
            };
            elements.Add(element);
        }

        WireFields.Check(reader);
        var message = reader.Nested(system) ?? throw Unknown("a selection without a message");
        return new ActorSelectionMessage(message, [.. elements], fanOut);
    }

    private static SerializationException Unknown(string what) => new($"Not a message of the runtime that travels: '{what}'.");

    private static class SelectionElement
    {
        public const byte Parent = 0;
        public const byte Name = 1;
        public const byte Pattern = 2;
        public const byte Recursive = 3;
    }
}
