using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Remote.Wire;

namespace Akka.Remote.Serialization;

/// <summary>Fields that the runtime's own messages have in common.</summary>
internal static class WireFields
{
    /// <summary>Strings inside of a payload are as long as the payload allows.</summary>
    public const int AnyLength = int.MaxValue;

    private const int MaxInnerExceptions = 8;

    /// <summary>Any message at all, with the serializer that is configured for it; null is a message too.</summary>
    public static WireBuffer Nested(this WireBuffer buffer, ExtendedActorSystem system, object? message)
    {
        if (message is null)
            return buffer.Byte(0);
        var serializer = system.Serialization.FindSerializerFor(message);
        var manifest = Akka.Serialization.Serialization.ManifestFor(serializer, message) ?? string.Empty;
        return buffer.Byte(1).Payload(new Payload(serializer.Identifier, manifest, serializer.ToBinary(message)));
    }

    public static object? Nested(this ref WireReader reader, ExtendedActorSystem system)
    {
        if (reader.Byte() == 0)
            return null;
        var serializerId = reader.Int32();
        var manifest = reader.Text(AnyLength);
        var bytes = reader.Bytes(AnyLength);
        Check(reader);
        return system.Serialization.Deserialize(bytes.ToArray(), serializerId, manifest);
    }

    public static WireBuffer Reference(this WireBuffer buffer, IActorRef? reference) =>
        buffer.Text(reference is null or Nobody ? string.Empty : Akka.Serialization.Serialization.SerializedActorPath(reference));

    public static IActorRef? Reference(this ref WireReader reader, ExtendedActorSystem system)
    {
        var path = reader.Text(WireFormat.MaxLiteral);
        Check(reader);
        return path.Length == 0 ? null : system.Provider.ResolveActorRef(path);
    }

    public static WireBuffer Exception(this WireBuffer buffer, Exception? exception)
    {
        var depth = 0;
        for (; exception is not null && depth < MaxInnerExceptions; exception = exception.InnerException, depth++)
        {
            var type = exception.GetType();
            buffer.Byte(1).Text($"{type.FullName}, {type.Assembly.GetName().Name}").Text(exception.Message).Text(exception.StackTrace ?? string.Empty);
        }

        return buffer.Byte(0);
    }

    public static Exception? Exception(this ref WireReader reader)
    {
        var outermostFirst = new List<(string Type, string Message, string StackTrace)>();
        while (reader.Byte() == 1 && outermostFirst.Count < MaxInnerExceptions)
            outermostFirst.Add((reader.Text(AnyLength), reader.Text(AnyLength), reader.Text(AnyLength)));
        Check(reader);
        Exception? exception = null;
        for (var i = outermostFirst.Count - 1; i >= 0; i--)
            exception = TransmittedException.Rebuild(outermostFirst[i].Type, outermostFirst[i].Message, outermostFirst[i].StackTrace, exception);
        return exception;
    }

    /// <summary>Fails if a field was not there.</summary>
    /// <exception cref="SerializationException">The bytes are no such message.</exception>
    public static void Check(in WireReader reader)
    {
        if (reader.Failed)
            throw new SerializationException("The message is cut off or malformed.");
    }
}
