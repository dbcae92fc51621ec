namespace Akka.Remote.Wire;

/// <summary>
/// The protocol between two embedded runtimes, version 1. It is not the wire protocol of Akka.NET: one cluster runs one runtime.
/// <code>
///   initiator                                acceptor
///   Hello   magic, version, length, body  ->
///                                         <- Welcome  magic, version, length, status, uid
///   frame*                                ->
///                                         <- frame*   (Ack, Heartbeat and Goodbye only)
/// </code>
/// A connection carries messages in one direction, from its initiator; the peer opens another one for its own. So the
/// messages of one pair of actors always travel one connection, and a new connection never overtakes an old one.
/// A frame is a 32-bit little-endian length of what follows, a byte that says which kind, and the kind's fields. Integers are
/// LEB128 varints unless said otherwise; strings are UTF-8 with a varint length. Paths and manifests that repeat are
/// sent once, as definitions of small numbers in a table that lives as long as the connection.
/// </summary>
internal static class WireFormat
{
    /// <summary>"TRPL", little-endian.</summary>
    public const uint Magic = 0x4C505254;

    public const ushort Version = 1;

    /// <summary>Magic, version and the length of the body.</summary>
    public const int PrefaceHeaderLength = sizeof(uint) + sizeof(ushort) + sizeof(ushort);

    /// <summary>The longest body of a Hello or Welcome.</summary>
    public const int MaxPrefaceBody = 4096;

    public const int FrameHeaderLength = sizeof(uint);

    /// <summary>What a frame may hold besides a payload of the maximum size: kind, numbers and literal strings.</summary>
    public const int FrameOverhead = 4 * MaxLiteral + 64;

    /// <summary>The longest path or manifest, in bytes.</summary>
    public const int MaxLiteral = 16 * 1024;

    /// <summary>A longer string is not worth a table entry, and an entry must not cost the receiver much.</summary>
    public const int MaxTableText = 1024;

    /// <summary>Entries of one table; a full one is emptied and begun anew.</summary>
    public const int MaxTableEntries = 4096;
}

/// <summary>The kinds of frame.</summary>
internal enum FrameKind : byte
{
    Message = 1,
    SystemMessage = 2,
    Define = 3,
    ResetTable = 4,
    Heartbeat = 5,
    Ack = 6,
    Goodbye = 7,
}

/// <summary>The tables of a connection.</summary>
internal enum TableKind : byte
{
    Path = 0,
    Manifest = 1,
}

/// <summary>Why one side ends a connection.</summary>
internal enum GoodbyeReason : byte
{
    Shutdown = 1,
    Quarantined = 2,
    Replaced = 3,
}

/// <summary>How an acceptor answers a Hello.</summary>
internal enum WelcomeStatus : byte
{
    Accepted = 0,
    WrongVersion = 1,
    WrongAddress = 2,
    Quarantined = 3,
    ShuttingDown = 4,
}
