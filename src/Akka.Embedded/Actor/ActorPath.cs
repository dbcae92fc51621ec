using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Akka.Util;

namespace Akka.Actor;

/// <summary>
/// The place of an actor in the tree: address, names from the root down, and a uid that tells incarnations at the same place
/// apart. Two paths are equal when address and names are; the uid is not compared.
/// </summary>
public abstract class ActorPath : IEquatable<ActorPath>, IComparable<ActorPath>, ISurrogated
{
    /// <summary>Characters allowed in a name besides letters and digits.</summary>
    public const string ValidSymbols = "\"-_.*$+:@&=,!~';()";

    private readonly ActorPath? _parent;
    private int _hash;
    private IReadOnlyList<string>? _elements;

    /// <summary>A root.</summary>
    protected ActorPath(Address address, string name)
    {
        Address = address;
        Name = name;
        Uid = ActorCell.UndefinedUid;
    }

    /// <summary>A child of <paramref name="parentPath"/>.</summary>
    protected ActorPath(ActorPath parentPath, string name, long uid)
    {
        _parent = parentPath;
        Address = parentPath.Address;
        Depth = parentPath.Depth + 1;
        Name = name;
        Uid = uid;
    }

    /// <summary>The address of the system.</summary>
    public Address Address { get; }

    /// <summary>Number of names below the root.</summary>
    public int Depth { get; }

    /// <summary>The last name.</summary>
    public string Name { get; }

    /// <summary>Tells incarnations at this place apart; 0 means any.</summary>
    public long Uid { get; }

    /// <summary>The names below the root, in order.</summary>
    public IReadOnlyList<string> Elements => _elements ??= CollectElements();

    /// <summary>The path one level up; the root is its own parent.</summary>
    public ActorPath Parent => _parent ?? this;

    /// <summary>The path without names.</summary>
    public ActorPath Root => _parent is null ? this : ParentOf(0);

    /// <summary>Whether <paramref name="s"/> may be a name: not empty, no '$' in front, only allowed characters or %XX.</summary>
    public static bool IsValidPathElement(string s) => !string.IsNullOrEmpty(s) && s[0] != '$' && HasValidCharacters(s);

    /// <summary>Reads a full path.</summary>
    /// <exception cref="UriFormatException">The text is no actor path.</exception>
    public static ActorPath Parse(string path) => TryParse(path, out var parsed)
        ? parsed!
        : throw new UriFormatException($"'{path}' is not an actor path of the form protocol://system[@host:port]/name/...");

    /// <summary>Reads a full path such as <c>akka.tcp://sys@host:1/user/a#12</c>.</summary>
    public static bool TryParse(string path, out ActorPath? actorPath)
    {
        actorPath = null;
        return path is not null && TryParseAddress(path, out var address, out var rest) && TryParse(new RootActorPath(address!), rest, out actorPath);
    }

    /// <summary>Reads the names in <paramref name="absoluteUri"/> below <paramref name="basePath"/>.</summary>
    public static bool TryParse(ActorPath basePath, string absoluteUri, out ActorPath? actorPath) =>
        TryParse(basePath, absoluteUri.AsSpan(), out actorPath);

    /// <summary>Reads the names in <paramref name="absoluteUri"/> below <paramref name="basePath"/>.</summary>
    public static bool TryParse(ActorPath basePath, ReadOnlySpan<char> absoluteUri, out ActorPath? actorPath)
    {
        actorPath = basePath;
        var rest = absoluteUri;
        while (!rest.IsEmpty)
        {
            var slash = rest.IndexOf('/');
            var name = slash < 0 ? rest : rest[..slash];
            rest = slash < 0 ? default : rest[(slash + 1)..];
            if (name.IsEmpty)
                continue;
            var hash = rest.IsEmpty ? name.IndexOf('#') : -1;
            if (hash < 0)
            {
                actorPath = actorPath.Child(name.ToString());
                continue;
            }

            if (!long.TryParse(name[(hash + 1)..], NumberStyles.Integer, CultureInfo.InvariantCulture, out var uid))
            {
                actorPath = null;
                return false;
            }

            actorPath = new ChildActorPath(actorPath, name[..hash].ToString(), uid);
        }

        return true;
    }

    /// <summary>Reads the address in front of a path.</summary>
    public static bool TryParseAddress(string path, out Address? address) => TryParseAddress(path, out address, out _);

    /// <summary>Reads the address in front of a path, and the rest.</summary>
    public static bool TryParseAddress(string path, out Address? address, out ReadOnlySpan<char> absoluteUri) =>
        Address.TryParse(path.AsSpan(), out address, out absoluteUri);

    /// <summary>Splits a path into the text of its address and the rest.</summary>
    public static bool TryParseParts(ReadOnlySpan<char> path, out ReadOnlySpan<char> address, out ReadOnlySpan<char> absoluteUri)
    {
        var start = path.IndexOf("://");
        var slash = start < 0 ? -1 : path[(start + 3)..].IndexOf('/');
        if (slash < 0)
        {
            address = default;
            absoluteUri = path;
            return false;
        }

        address = path[..(start + 3 + slash)];
        absoluteUri = path[(start + 3 + slash)..];
        return true;
    }

    /// <summary>Joins names to <c>/a/b</c>.</summary>
    public static string FormatPathElements(IEnumerable<string> pathElements) => "/" + string.Join('/', pathElements);

    /// <summary>The path of a child; a name of the form <c>n#uid</c> carries the child's uid.</summary>
    public ActorPath Child(string childName)
    {
        var hash = childName.IndexOf('#', StringComparison.Ordinal);
        return hash < 0
            ? new ChildActorPath(this, childName, ActorCell.UndefinedUid)
            : new ChildActorPath(this, childName[..hash], long.Parse(childName.AsSpan(hash + 1), CultureInfo.InvariantCulture));
    }

    /// <summary>The ancestor at the given depth (0 is the root); a negative depth counts upwards from here.</summary>
    public ActorPath ParentOf(int depth)
    {
        var target = depth >= 0 ? depth : Math.Max(0, Depth + depth);
        var current = this;
        while (current.Depth > target)
            current = current._parent!;
        return current;
    }

    /// <summary>The same place with another uid.</summary>
    public ActorPath WithUid(long uid) => _parent is null || uid == Uid ? this : new ChildActorPath(_parent, Name, uid);

    /// <summary>The names only: <c>/user/a</c>.</summary>
    public string ToStringWithoutAddress() => Append(new StringBuilder(64)).ToString();

    /// <inheritdoc/>
    public override string ToString() => Append(new StringBuilder(Address.ToString(), 96)).ToString();

    /// <summary>Address, names and uid.</summary>
    public string ToStringWithUid() => WithUidSuffix(ToString());

    /// <summary>Address and names.</summary>
    public string ToStringWithAddress() => ToString();

    /// <summary>Address and names; <paramref name="address"/> is put in place of a local address.</summary>
    public string ToStringWithAddress(Address address) => Address.HasGlobalScope
        ? ToString()
        : Append(new StringBuilder(address.ToString(), 96)).ToString();

    /// <summary>Address, names and uid, as it is written into messages.</summary>
    public string ToSerializationFormat() => ToStringWithUid();

    /// <summary>As <see cref="ToSerializationFormat"/>, with <paramref name="address"/> in place of a local address.</summary>
    public string ToSerializationFormatWithAddress(Address address) => WithUidSuffix(ToStringWithAddress(address));

    /// <inheritdoc/>
    public bool Equals(ActorPath? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is null || Depth != other.Depth || GetHashCode() != other.GetHashCode() || !Address.Equals(other.Address))
            return false;
        for (ActorPath? a = this, b = other; a is not null && !ReferenceEquals(a, b); a = a._parent, b = b!._parent)
        {
            if (a.Name != b!.Name)
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ActorPath);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (_hash == 0)
        {
            var hash = _parent is null ? Address.GetHashCode() : HashCode.Combine(_parent.GetHashCode(), Name);
            _hash = hash == 0 ? 1 : hash;
        }

        return _hash;
    }

    /// <summary>Orders by address, then by names from the root down.</summary>
    public int CompareTo(ActorPath? other)
    {
        if (other is null)
            return 1;
        var order = Address.CompareTo(other.Address);
        for (var i = 0; order == 0 && i < Math.Min(Depth, other.Depth); i++)
            order = string.CompareOrdinal(Elements[i], other.Elements[i]);
        return order == 0 ? Depth.CompareTo(other.Depth) : order;
    }

    /// <inheritdoc/>
    public ISurrogate ToSurrogate(ActorSystem system) => new Surrogate(ToSerializationFormat());

    /// <summary>Names made by the runtime start with '$'; those given by a user must not.</summary>
    internal static bool HasValidCharacters(string s)
    {
        for (var i = 0; i < s.Length; i++)
        {
            var c = s[i];
            if (char.IsAsciiLetterOrDigit(c) || ValidSymbols.Contains(c, StringComparison.Ordinal))
                continue;
            if (c != '%' || i + 2 >= s.Length || !char.IsAsciiHexDigit(s[i + 1]) || !char.IsAsciiHexDigit(s[i + 2]))
                return false;
            i += 2;
        }

        return true;
    }

    private string WithUidSuffix(string text) =>
        Uid == ActorCell.UndefinedUid ? text : string.Create(CultureInfo.InvariantCulture, $"{text}#{Uid}");

    private StringBuilder Append(StringBuilder builder)
    {
        if (_parent is null)
            return builder.Append('/').Append(Name);
        if (_parent.Depth > 0)
            _parent.Append(builder);
        return builder.Append('/').Append(Name);
    }

    private IReadOnlyList<string> CollectElements()
    {
        if (_parent is null)
            return ImmutableArray<string>.Empty;
        var names = new string[Depth];
        for (var current = this; current._parent is not null; current = current._parent)
            names[current.Depth - 1] = current.Name;
        return names.ToImmutableArray();
    }

    /// <summary>The path of the child <paramref name="name"/>.</summary>
    public static ActorPath operator /(ActorPath path, string name) => path.Child(name);

    /// <summary>The path of a descendant.</summary>
    public static ActorPath operator /(ActorPath path, IEnumerable<string> name) =>
        name.Where(n => !string.IsNullOrEmpty(n)).Aggregate(path, (p, n) => p.Child(n));

    /// <summary>Whether both name the same place.</summary>
    public static bool operator ==(ActorPath? left, ActorPath? right) => Equals(left, right);

    /// <summary>The opposite of equality.</summary>
    public static bool operator !=(ActorPath? left, ActorPath? right) => !Equals(left, right);

    /// <summary>What travels instead of an <see cref="ActorPath"/>.</summary>
    public sealed class Surrogate : ISurrogate, IEquatable<Surrogate>, IEquatable<ActorPath>
    {
        /// <summary>Wraps the serialized path.</summary>
        public Surrogate(string path) => Path = path;

        /// <summary>The serialized path.</summary>
        public string Path { get; }

        /// <inheritdoc/>
        public ISurrogated FromSurrogate(ActorSystem system) => Parse(Path);

        /// <inheritdoc/>
        public bool Equals(Surrogate? other) => other is not null && Path == other.Path;

        /// <inheritdoc/>
        public bool Equals(ActorPath? other) => other is not null && Path == other.ToSerializationFormat();

        /// <inheritdoc/>
        public override bool Equals(object? obj) => obj is ActorPath path ? Equals(path) : Equals(obj as Surrogate);

        /// <inheritdoc/>
        public override int GetHashCode() => Path.GetHashCode(StringComparison.Ordinal);
    }
}

/// <summary>A path without names.</summary>
public sealed class RootActorPath : ActorPath
{
    /// <summary>The root of the system at <paramref name="address"/>.</summary>
    public RootActorPath(Address address, string name = "")
        : base(address, name)
    {
    }
}

/// <summary>A path with at least one name.</summary>
public sealed class ChildActorPath : ActorPath
{
    /// <summary>The child <paramref name="name"/> of <paramref name="parentPath"/>.</summary>
    public ChildActorPath(ActorPath parentPath, string name, long uid)
        : base(parentPath, name, uid)
    {
    }
}
