using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Remote.Wire;
using Akka.Serialization;

namespace Akka.Remote.Serialization;

/// <summary>Serializes the system messages that one system sends to another.</summary>
internal sealed class SystemMessageSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private const string WatchManifest = "W";
    private const string UnwatchManifest = "U";
    private const string DeathManifest = "D";
    private const string TerminateManifest = "T";
    private const string SuspendManifest = "S";
    private const string ResumeManifest = "R";
    private const string RecreateManifest = "C";

    public override int Identifier => 22;

    public override string Manifest(object o) => o switch
    {
        Watch => WatchManifest,
        Unwatch => UnwatchManifest,
        DeathWatchNotification => DeathManifest,
        Terminate => TerminateManifest,
        Suspend => SuspendManifest,
        Resume => ResumeManifest,
        Recreate => RecreateManifest,
        _ => throw Unknown(o.GetType().ToString()),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        Watch watch => new WireBuffer().Reference(watch.Watchee).Reference(watch.Watcher).ToArray(),
        Unwatch unwatch => new WireBuffer().Reference(unwatch.Watchee).Reference(unwatch.Watcher).ToArray(),
        DeathWatchNotification death => new WireBuffer()
            .Reference(death.Actor)
            .Byte(death.ExistenceConfirmed ? (byte)1 : (byte)0)
            .Byte(death.AddressTerminated ? (byte)1 : (byte)0)
            .ToArray(),
        Terminate or Suspend => [],
        Resume resume => new WireBuffer().Exception(resume.CausedByFailure).ToArray(),
        Recreate recreate => new WireBuffer().Exception(recreate.Cause).ToArray(),
        _ => throw Unknown(obj.GetType().ToString()),
    };

    public override object FromBinary(byte[] bytes, string manifest)
    {
        var reader = new WireReader(bytes);
        return manifest switch
        {
            WatchManifest => new Watch(Internal(ref reader), Internal(ref reader)),
            UnwatchManifest => new Unwatch(Internal(ref reader), Internal(ref reader)),
            DeathManifest => Death(ref reader),
            TerminateManifest => new Terminate(),
            SuspendManifest => new Suspend(),
            ResumeManifest => new Resume(reader.Exception()),
            RecreateManifest => new Recreate(reader.Exception()),
            _ => throw Unknown(manifest),
        };
    }

    private DeathWatchNotification Death(ref WireReader reader)
    {
        var actor = Internal(ref reader);
        var existenceConfirmed = reader.Byte() == 1;
        var addressTerminated = reader.Byte() == 1;
        WireFields.Check(reader);
        return new DeathWatchNotification(actor, existenceConfirmed, addressTerminated);
    }

    private IInternalActorRef Internal(ref WireReader reader) =>
        reader.Reference(system) as IInternalActorRef ?? throw new SerializationException("A system message without its actor.");

    private static SerializationException Unknown(string what) => new($"Not a system message that travels: '{what}'.");
}
