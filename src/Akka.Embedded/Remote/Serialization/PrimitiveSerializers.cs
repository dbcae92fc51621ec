using System.Buffers.Binary;
using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using Akka.Serialization;

namespace Akka.Remote.Serialization;

/// <summary>Serializes string, int and long.</summary>
internal sealed class PrimitiveSerializers(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private const string StringManifest = "S";
    private const string IntManifest = "I";
    private const string LongManifest = "L";

    public override int Identifier => 17;

    public override string Manifest(object o) => o switch
    {
        string => StringManifest,
        int => IntManifest,
        long => LongManifest,
        _ => throw Unknown(o.GetType().ToString()),
    };

    public override byte[] ToBinary(object obj)
    {
        switch (obj)
        {
            case string text:
                return Encoding.UTF8.GetBytes(text);
            case int number:
                var four = new byte[sizeof(int)];
                BinaryPrimitives.WriteInt32LittleEndian(four, number);
                return four;
            case long number:
                var eight = new byte[sizeof(long)];
                BinaryPrimitives.WriteInt64LittleEndian(eight, number);
                return eight;
            default:
                throw Unknown(obj.GetType().ToString());
        }
    }

    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        StringManifest => Encoding.UTF8.GetString(bytes),
        IntManifest => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        LongManifest => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        _ => throw Unknown(manifest),
    };

    private static SerializationException Unknown(string what) => new($"Not a string, int or long: '{what}'.");
}
