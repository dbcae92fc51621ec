using System.Text;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Configuration;

namespace Akka.Serialization;

/// <summary>Turns objects into bytes and back. Called by many threads at once.</summary>
public abstract class Serializer
{
    /// <summary>The system that this serializer works for.</summary>
    protected readonly ExtendedActorSystem system;

    private readonly Lazy<int> _identifier;

    /// <summary>For derived serializers, which need a constructor with this one parameter.</summary>
    protected Serializer(ExtendedActorSystem system)
    {
        this.system = system;
        _identifier = new Lazy<int>(() => SerializerIdentifiers.FromConfig(GetType(), system));
    }

    /// <summary>Goes with the bytes to find the serializer again; by default from <c>akka.actor.serialization-identifiers</c>.</summary>
    public virtual int Identifier => _identifier.Value;

    /// <summary>Whether the object's type must go with the bytes.</summary>
    public abstract bool IncludeManifest { get; }

    /// <summary>The bytes of <paramref name="obj"/>.</summary>
    public abstract byte[] ToBinary(object obj);

    /// <summary>The bytes of <paramref name="obj"/>, with <paramref name="address"/> in references to actors of this system.</summary>
    public byte[] ToBinaryWithAddress(Address address, object obj) =>
        Serialization.WithAddress(system, address, (Self: this, Obj: obj), static state => state.Self.ToBinary(state.Obj));

    /// <summary>The object of <paramref name="bytes"/>.</summary>
    public abstract object FromBinary(byte[] bytes, Type? type);

    /// <summary>The object of <paramref name="bytes"/>.</summary>
    public T FromBinary<T>(byte[] bytes) => (T)FromBinary(bytes, typeof(T));
}

/// <summary>A serializer that names an object's kind by a text of its own, so that classes can be renamed and moved.</summary>
public abstract class SerializerWithStringManifest : Serializer
{
    /// <summary>For derived serializers.</summary>
    protected SerializerWithStringManifest(ExtendedActorSystem system)
        : base(system)
    {
    }

    /// <inheritdoc/>
    public sealed override bool IncludeManifest => true;

    /// <inheritdoc/>
    public sealed override object FromBinary(byte[] bytes, Type? type) => FromBinary(bytes, type?.TypeQualifiedName() ?? "");

    /// <summary>The object of <paramref name="bytes"/>.</summary>
    public abstract object FromBinary(byte[] bytes, string manifest);

    /// <summary>The kind of <paramref name="o"/>, as text.</summary>
    public abstract string Manifest(object o);
}

/// <summary>Finds serializers' identifiers.</summary>
internal static class SerializerIdentifiers
{
    private const string Section = "akka.actor.serialization-identifiers";

    /// <summary>The identifier that configuration gives to the serializer class <paramref name="type"/>.</summary>
    /// <exception cref="ArgumentException">It gives none.</exception>
    internal static int FromConfig(Type type, ExtendedActorSystem system)
    {
        foreach (var (name, value) in system.Settings.Config.GetConfig(Section).AsEnumerable())
        {
            if (TypeNames.Find(name.Trim('"')) == type)
                return value.GetInt();
        }

        throw new ArgumentException($"Couldn't retrieve serializer identifier for type {type}: {Section} has no entry for it.", nameof(type));
    }
}

/// <summary>For null: no bytes.</summary>
public class NullSerializer : Serializer
{
    /// <summary>For <paramref name="system"/>.</summary>
    public NullSerializer(ExtendedActorSystem system)
        : base(system)
    {
    }

    /// <inheritdoc/>
    public override int Identifier => 0;

    /// <inheritdoc/>
    public override bool IncludeManifest => false;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => [];

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, Type? type) => null!;
}

/// <summary>For byte arrays: as they are.</summary>
public class ByteArraySerializer : Serializer
{
    /// <summary>For <paramref name="system"/>.</summary>
    public ByteArraySerializer(ExtendedActorSystem system)
        : base(system)
    {
    }

    /// <inheritdoc/>
    public override bool IncludeManifest => false;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => obj as byte[] ?? throw new NotSupportedException($"{obj?.GetType()} is no byte array.");

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, Type? type) => bytes;
}

/// <summary>Names of types as they go over the wire.</summary>
internal static class TypeManifest
{
    /// <summary>Full name and assembly, without version: what <see cref="Type.GetType(string)"/> finds again.</summary>
    internal static string TypeQualifiedName(this Type type)
    {
        if (type.Assembly == typeof(object).Assembly && !type.IsGenericType)
            return type.FullName + ", System.Private.CoreLib";
        return Append(new StringBuilder(), type).ToString();
    }

    private static StringBuilder Append(StringBuilder text, Type type)
    {
        if (type.IsArray)
        {
            var element = Append(new StringBuilder(), type.GetElementType()!).ToString();
            var comma = LastComma(element);
            return text.Append(element, 0, comma).Append("[]").Append(element, comma, element.Length - comma);
        }

        if (!type.IsConstructedGenericType)
            return text.Append(type.FullName).Append(", ").Append(type.Assembly.GetName().Name);
        text.Append(type.GetGenericTypeDefinition().FullName).Append('[');
        var arguments = type.GetGenericArguments();
        for (var i = 0; i < arguments.Length; i++)
        {
            text.Append(i == 0 ? "[" : ",[");
            Append(text, arguments[i]).Append(']');
        }

        return text.Append("], ").Append(type.Assembly.GetName().Name);
    }

    private static int LastComma(string name)
    {
        var end = name.LastIndexOf(']');
        return name.IndexOf(',', Math.Max(0, end));
    }
}
