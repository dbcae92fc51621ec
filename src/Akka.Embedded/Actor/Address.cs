using System.Globalization;
using Akka.Util;

namespace Akka.Actor;

/// <summary>
/// Where an actor system can be reached: <c>protocol://system@host:port</c>, or <c>protocol://system</c> when it only names
/// a system in this process.
/// </summary>
public sealed class Address : IEquatable<Address>, IComparable<Address>, IComparable, ISurrogated, ICloneable
{
    /// <summary>Orders by protocol, system, host, port.</summary>
    public static readonly IComparer<Address> Comparer = Comparer<Address>.Create(Compare);

    /// <summary>Stands for every actor system.</summary>
    public static readonly Address AllSystems = new("akka", "all-systems");

    private readonly int _hash;
    private string? _text;

    /// <summary>Makes an address; leave out host and port for a local one.</summary>
    public Address(string protocol, string system, string? host = null, int? port = null)
    {
        Protocol = protocol;
        System = system;
        Host = host?.ToLowerInvariant();
        Port = port;
        _hash = HashCode.Combine(Protocol, System, Host, Port);
    }

    /// <summary>The host name or IP address, lower case; null in a local address.</summary>
    public string? Host { get; }

    /// <summary>The port; null in a local address.</summary>
    public int? Port { get; }

    /// <summary>Name of the actor system.</summary>
    public string System { get; }

    /// <summary>Such as <c>akka</c> or <c>akka.tcp</c>.</summary>
    public string Protocol { get; }

    /// <summary>Whether the address names a system in this process only.</summary>
    public bool HasLocalScope => string.IsNullOrEmpty(Host);

    /// <summary>Whether the address can be reached from elsewhere.</summary>
    public bool HasGlobalScope => !HasLocalScope;

    /// <summary>Reads <c>protocol://system[@host:port]</c>.</summary>
    /// <exception cref="UriFormatException">The text has another form.</exception>
    public static Address Parse(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return TryParse(address.AsSpan(), out var parsed)
            ? parsed!
            : throw new UriFormatException($"'{address}' is not an address of the form protocol://system@host:port.");
    }

    /// <summary>Reads an address; what follows it (a path) is ignored.</summary>
    public static bool TryParse(string path, out Address? address) => TryParse(path.AsSpan(), out address);

    /// <summary>Reads an address and the path that follows it.</summary>
    public static bool TryParse(string path, out Address? address, out string? absolutUri)
    {
        var found = TryParse(path.AsSpan(), out address, out var rest);
        absolutUri = found ? rest.ToString() : null;
        return found;
    }

    /// <summary>Reads an address; what follows it (a path) is ignored.</summary>
    public static bool TryParse(ReadOnlySpan<char> span, out Address? address) => TryParse(span, out address, out _);

    /// <summary>Reads an address and the path that follows it; an absent path reads as <c>/</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> span, out Address? address, out ReadOnlySpan<char> absolutUri)
    {
        address = null;
        absolutUri = default;
        var colon = span.IndexOf("://");
        if (colon < 4 || !span.StartsWith("akka", StringComparison.OrdinalIgnoreCase))
            return false;
        var protocol = span[..colon];
        var rest = span[(colon + 3)..];
        var slash = rest.IndexOf('/');
        var authority = slash < 0 ? rest : rest[..slash];
        absolutUri = slash < 0 ? "/" : rest[slash..];
        var at = authority.LastIndexOf('@');
        if (at < 0)
        {
            if (authority.IsEmpty || authority.Contains(':'))
                return false;
            address = new Address(protocol.ToString(), authority.ToString());
            return true;
        }

        var system = authority[..at];
        var hostPort = authority[(at + 1)..];
        var portColon = hostPort.LastIndexOf(':');
        if (system.IsEmpty || portColon <= 0 ||
            !int.TryParse(hostPort[(portColon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 65535)
            return false;
        address = new Address(protocol.ToString(), system.ToString(), hostPort[..portColon].ToString(), port);
        return true;
    }

    /// <summary>The same address at another host.</summary>
    public Address WithHost(string? host = null) => new(Protocol, System, host, Port);

    /// <summary>The same address at another port.</summary>
    public Address WithPort(int? port = null) => new(Protocol, System, Host, port);

    /// <summary>The same address with another system name.</summary>
    public Address WithSystem(string system) => new(Protocol, system, Host, Port);

    /// <summary>The same address with another protocol.</summary>
    public Address WithProtocol(string protocol) => new(protocol, System, Host, Port);

    /// <summary>The part without protocol: <c>system@host:port</c>.</summary>
    public string HostPort() => ToString()[(Protocol.Length + 3)..];

    /// <inheritdoc/>
    public object Clone() => new Address(Protocol, System, Host, Port);

    /// <inheritdoc/>
    public bool Equals(Address? other) =>
        ReferenceEquals(this, other) ||
        (other is not null && _hash == other._hash && Port == other.Port && Host == other.Host && System == other.System && Protocol == other.Protocol);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Address);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <inheritdoc/>
    public int CompareTo(Address? other) => Compare(this, other);

    int IComparable.CompareTo(object? obj) => obj is Address other
        ? CompareTo(other)
        : throw new ArgumentException($"Cannot compare an address with {obj?.GetType().ToString() ?? "null"}.", nameof(obj));

    /// <inheritdoc/>
    public override string ToString() => _text ??= HasLocalScope
        ? $"{Protocol}://{System}"
        : string.Create(CultureInfo.InvariantCulture, $"{Protocol}://{System}@{Host}:{Port}");

    /// <inheritdoc/>
    public ISurrogate ToSurrogate(ActorSystem system) =>
        new AddressSurrogate { Protocol = Protocol, System = System, Host = Host, Port = Port };

    private static int Compare(Address? x, Address? y)
    {
        if (ReferenceEquals(x, y))
            return 0;
        if (x is null || y is null)
            return x is null ? -1 : 1;
        var order = string.CompareOrdinal(x.Protocol, y.Protocol);
        if (order == 0)
            order = string.CompareOrdinal(x.System, y.System);
        if (order == 0)
            order = string.CompareOrdinal(x.Host ?? "", y.Host ?? "");
        return order == 0 ? (x.Port ?? 0).CompareTo(y.Port ?? 0) : order;
    }

    /// <summary>Whether both name the same place.</summary>
    public static bool operator ==(Address? left, Address? right) => Equals(left, right);

    /// <summary>The opposite of equality.</summary>
    public static bool operator !=(Address? left, Address? right) => !Equals(left, right);

    /// <summary>What travels instead of an <see cref="Address"/>.</summary>
    public sealed class AddressSurrogate : ISurrogate
    {
        /// <summary>See <see cref="Address.Protocol"/>.</summary>
        public string Protocol { get; set; } = "";

        /// <summary>See <see cref="Address.System"/>.</summary>
        public string System { get; set; } = "";

        /// <summary>See <see cref="Address.Host"/>.</summary>
        public string? Host { get; set; }

        /// <summary>See <see cref="Address.Port"/>.</summary>
        public int? Port { get; set; }

        /// <inheritdoc/>
        public ISurrogated FromSurrogate(ActorSystem system) => new Address(Protocol, System, Host, Port);
    }
}
