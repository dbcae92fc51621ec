namespace Akka.Remote.Delivery;

/// <summary>What to do with a system message that has arrived.</summary>
internal enum Arrival
{
    /// <summary>It is the next one: deliver it.</summary>
    Deliver,

    /// <summary>It was delivered before: acknowledge it again and drop it.</summary>
    Duplicate,

    /// <summary>One before it is missing: report the gap and drop it; it will come again.</summary>
    Gap,
}

/// <summary>
/// The receiver's half of reliable delivery: lets each system message of one incarnation of the peer through once and in order.
/// It outlives connections. Used by one connection at a time.
/// </summary>
internal sealed class SystemMessageInbox
{
    /// <summary>The last number that was delivered.</summary>
    public ulong Delivered { get; private set; }

    public Arrival Accept(ulong sequence)
    {
        if (sequence <= Delivered)
            return Arrival.Duplicate;
        if (sequence != Delivered + 1)
            return Arrival.Gap;
        Delivered = sequence;
        return Arrival.Deliver;
    }
}
