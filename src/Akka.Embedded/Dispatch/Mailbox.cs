// The queue of one actor, and the only thing of an actor that other threads touch.
//
// Any thread adds; one thread at a time, the runner, takes. User messages go into segments of an array list (MailboxSegment);
// the runner's place in them is in local variables while it runs, so that producers and runner share no cache line but those of
// the messages. System messages are a linked stack of their own; they are run before and between user messages, and while the
// mailbox is suspended. Who wakes the runner is agreed through one word:
//
//             any message: CAS Idle -> Running, schedule
//     Idle  <------------------------------------------> Running   (scheduled, or on a thread)
//             run ends, nothing left                        |  ^
//                                       run ends, suspended |  | system message: CAS Parked -> Running, schedule
//                                                           v  |
//     Closed: the actor has ended; dead letters.           Parked
//
// Whoever adds first adds, then (full fence) reads the word; the runner first writes the word, then (full fence) looks whether
// something has been added. So one of the two sees the other, and no message is left lying.
using System.Diagnostics;
using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace Akka.Dispatch;

internal sealed class Mailbox : IRunnable
{
    private const int Running = 0;
    private const int Idle = 1;
    private const int Parked = 2;
    private const int Closed = 3;

    private static readonly SystemMessage SystemClosed = new Create();

    private readonly ActorCell _cell;
    private readonly MessageDispatcher _dispatcher;
    private MailboxSegment _tail;
    private SystemMessage? _systemInbox;
    private int _status;

    // The runner's own.
    private MailboxSegment _head;
    private int _position;
    private Front? _front;
    private int _suspended;

    /// <summary>A mailbox that nothing wakes until <see cref="Start"/>.</summary>
    internal Mailbox(ActorCell cell, MessageDispatcher dispatcher)
    {
        _cell = cell;
        _dispatcher = dispatcher;
        _head = _tail = new MailboxSegment(MailboxSegment.Least);
    }

    /// <summary>Whether user messages are held back. To be read by the runner only.</summary>
    internal bool IsSuspended => _suspended > 0;

    internal bool IsClosed => Volatile.Read(ref _status) == Closed;

    /// <summary>Number of user messages that wait: exact for the runner while no one adds, a guess for others.</summary>
    internal int CountMessages()
    {
        var count = -_position;
        for (var segment = _head; segment is not null; segment = segment.Next)
            count += segment.Taken;
        for (var front = _front; front is not null; front = front.Next)
            count++;
        return Math.Max(0, count);
    }

    /// <summary>Adds the cell's first system message and wakes the mailbox for the first time.</summary>
    internal void Start(SystemMessage first)
    {
        Push(first);
        _dispatcher.Schedule(this);
    }

    /// <summary>Adds a user message. Any thread.</summary>
    internal void Enqueue(object message, IActorRef? sender)
    {
        var segment = Volatile.Read(ref _tail);
        while (!segment.TryAdd(message, sender))
        {
            var next = segment.Extend(readerIsBehind: !ReferenceEquals(Volatile.Read(ref _head), segment));
            Interlocked.CompareExchange(ref _tail, next, segment);
            segment = Volatile.Read(ref _tail);
        }

        Interlocked.MemoryBarrier();
        var status = Volatile.Read(ref _status);
        if (status == Running)
            return;
        if (status == Idle)
            WakeFrom(Idle);
        else if (status == Closed)
            DrainToDeadLetters();
    }

    /// <summary>Puts messages in front of all others, first one first. Only from inside the actor.</summary>
    internal void Prepend(IReadOnlyList<Envelope> envelopes)
    {
        for (var i = envelopes.Count - 1; i >= 0; i--)
            _front = new Front(envelopes[i], _front);
    }

    /// <summary>Adds a system message. Any thread.</summary>
    internal void EnqueueSystem(SystemMessage message)
    {
        if (!Push(message))
        {
            _cell.SystemMessageToDeadLetters(message);
            return;
        }

        var status = Volatile.Read(ref _status);
        if (status is Idle or Parked)
            WakeFrom(status);
    }

    /// <summary>Holds user messages back. Only from inside the actor; counts.</summary>
    internal void Suspend() => _suspended++;

    /// <summary>Undoes one <see cref="Suspend"/>. Only from inside the actor.</summary>
    internal void Resume()
    {
        if (_suspended > 0)
            _suspended--;
    }

    /// <summary>Ends the mailbox: what is left, and what comes later, goes to dead letters. Only from inside the actor.</summary>
    internal void Close()
    {
        Interlocked.Exchange(ref _status, Closed);
        var left = Reverse(Interlocked.Exchange(ref _systemInbox, SystemClosed));
        DrainToDeadLetters();
        while (left is not null)
        {
            var next = left.Next;
            left.Next = null;
            _cell.SystemMessageToDeadLetters(left);
            left = next;
        }
    }

    /// <inheritdoc/>
    public void Execute() => Run();

    /// <inheritdoc/>
    public void Run()
    {
        var previous = ActorCell.Current;
        ActorCell.Current = _cell;
        try
        {
            RunSystemMessages();
            RunUserMessages();
        }
        finally
        {
            ActorCell.Current = previous;
        }

        EndRun();
    }

    private void RunUserMessages()
    {
        var left = _dispatcher.Throughput;
        var deadline = _dispatcher.ThroughputDeadlineTime ?? 0;
        var started = deadline > 0 ? Stopwatch.GetTimestamp() : 0;
        while (_suspended == 0 && left > 0 && !IsClosed)
        {
            if (_front is not null)
            {
                left--;
                RunFront();
            }
            else if (!RunSegment(ref left))
            {
                return;
            }

            RunSystemMessages();
            if (deadline > 0 && Stopwatch.GetElapsedTime(started).Ticks >= deadline)
                return;
        }
    }

    private void RunFront()
    {
        var front = _front!;
        _front = front.Next;
        _cell.Invoke(front.Envelope.Message, front.Envelope.Sender);
    }

    /// <summary>
    /// Runs messages of one segment until something else is to be looked at (a system message, an unstashed message, a
    /// suspension, a deadline, the next segment); false if there was none.
    /// </summary>
    private bool RunSegment(ref int left)
    {
        var segment = _head;
        var slots = segment.Slots;
        var position = _position;
        if (position == slots.Length)
        {
            if (segment.Next is not { } next)
                return false;
            Volatile.Write(ref _head, next);
            _position = 0;
            return true;
        }

        var first = position;
        var hasDeadline = _dispatcher.ThroughputDeadlineTime is not null;
        while (position < slots.Length && left > 0)
        {
            var message = Volatile.Read(ref slots[position].Message);
            if (message is null)
                break;
            var sender = slots[position].Sender;
            position++;
            left--;
            _cell.Invoke(message, sender);
            if (Volatile.Read(ref _systemInbox) is not null || _suspended > 0 || _front is not null || hasDeadline)
                break;
        }

        // Cleared in one go: the places before are no longer in the producers' cache.
        Array.Clear(slots, first, position - first);
        _position = position;
        return position > first;
    }

    private void RunSystemMessages()
    {
        while (true)
        {
            var head = Volatile.Read(ref _systemInbox);
            if (head is null || ReferenceEquals(head, SystemClosed))
                return;
            var message = Reverse(Interlocked.Exchange(ref _systemInbox, null));
            while (message is not null)
            {
                var next = message.Next;
                message.Next = null;
                if (IsClosed)
                    _cell.SystemMessageToDeadLetters(message);
                else
                    _cell.SystemInvoke(message);
                message = next;
            }
        }
    }

    private void EndRun()
    {
        if (IsClosed)
            return;
        if (_suspended > 0)
        {
            EndAs(Parked, Volatile.Read(ref _systemInbox) is not null);
            return;
        }

        if (HasWork())
            _dispatcher.Reschedule(this);
        else
            EndAs(Idle, worksAlready: false);
    }

    private void EndAs(int status, bool worksAlready)
    {
        if (!worksAlready)
        {
            Interlocked.Exchange(ref _status, status);

            // From here on another thread may run this mailbox; only if nothing woke it is there anything to look at.
            var missed = Volatile.Read(ref _systemInbox) is not null || (status == Idle && HasArrived());
            if (!missed || Interlocked.CompareExchange(ref _status, Running, status) != status)
                return;
        }

        _dispatcher.Reschedule(this);
    }

    private bool HasWork() => _front is not null || Volatile.Read(ref _systemInbox) is not null || HasArrived();

    private bool HasArrived()
    {
        var segment = _head;
        var position = _position;
        if (position < segment.Slots.Length)
            return Volatile.Read(ref segment.Slots[position].Message) is not null;
        return segment.Next is { } next && Volatile.Read(ref next.Slots[0].Message) is not null;
    }

    private void WakeFrom(int status)
    {
        if (Interlocked.CompareExchange(ref _status, Running, status) == status)
            _dispatcher.Schedule(this);
    }

    /// <summary>The mailbox is closed: whoever added last, or the runner that closed it, clears what is there.</summary>
    private void DrainToDeadLetters()
    {
        var drained = new List<Envelope>();
        lock (_cell)
        {
            for (; _front is not null; _front = _front.Next)
                drained.Add(_front.Envelope);
            while (true)
            {
                if (_position == _head.Slots.Length)
                {
                    if (_head.Next is not { } next)
                        break;
                    _head = next;
                    _position = 0;
                }

                ref var slot = ref _head.Slots[_position];
                if (Volatile.Read(ref slot.Message) is not { } message)
                    break;
                drained.Add(new Envelope(message, slot.Sender));
                slot = default;
                _position++;
            }
        }

        foreach (var envelope in drained)
            _cell.ToDeadLetters(envelope.Message, envelope.Sender);
    }

    private bool Push(SystemMessage message)
    {
        var head = Volatile.Read(ref _systemInbox);
        while (true)
        {
            if (ReferenceEquals(head, SystemClosed))
            {
                message.Next = null;
                return false;
            }

            message.Next = head;
            var seen = Interlocked.CompareExchange(ref _systemInbox, message, head);
            if (ReferenceEquals(seen, head))
                return true;
            head = seen;
        }
    }

    private static SystemMessage? Reverse(SystemMessage? message)
    {
        SystemMessage? reversed = null;
        while (message is not null && !ReferenceEquals(message, SystemClosed))
        {
            var next = message.Next;
            message.Next = reversed;
            reversed = message;
            message = next;
        }

        return reversed;
    }

    private sealed record Front(Envelope Envelope, Front? Next);
}
