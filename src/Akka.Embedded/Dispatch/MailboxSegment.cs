using Akka.Actor;

namespace Akka.Dispatch;

/// <summary>
/// A piece of a mailbox's queue. Producers take places by counting up, each place once; a place is filled when its message is
/// not null. The arrays are cheap for the garbage collector to keep while a long queue waits, unlike one node per message.
/// </summary>
internal sealed class MailboxSegment(int length)
{
    internal const int Least = 16;
    internal const int Most = 4096;

    internal readonly Slot[] Slots = new Slot[length];
    private MailboxSegment? _next;
    private int _taken;

    internal MailboxSegment? Next => Volatile.Read(ref _next);

    /// <summary>How many places have been given out; the last ones may not be filled yet.</summary>
    internal int Taken => Math.Min(Volatile.Read(ref _taken), Slots.Length);

    /// <summary>Fills the next place; false if there is none left.</summary>
    internal bool TryAdd(object message, IActorRef? sender)
    {
        var place = Interlocked.Increment(ref _taken) - 1;
        if ((uint)place >= (uint)Slots.Length)
            return false;
        ref var slot = ref Slots[place];
        slot.Sender = sender;
        Volatile.Write(ref slot.Message, message);
        return true;
    }

    /// <summary>The segment after this one; made now if there is none, twice as long if the reader is behind.</summary>
    internal MailboxSegment Extend(bool readerIsBehind)
    {
        var existing = Next;
        if (existing is not null)
            return existing;
        var made = new MailboxSegment(readerIsBehind ? Math.Min(Most, Slots.Length * 2) : Math.Max(Least, Slots.Length / 2));
        return Interlocked.CompareExchange(ref _next, made, null) ?? made;
    }

    internal struct Slot
    {
        internal object? Message;
        internal IActorRef? Sender;
    }
}
