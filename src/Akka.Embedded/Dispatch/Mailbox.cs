// The queue of one actor, and the only thing of an actor that other threads touch.
//
// Any thread adds; one thread at a time, the runner, takes. Adding is one allocation and one compare-and-swap on the head of
// a linked stack; the runner takes the whole stack with one exchange and turns it round into its private list. So producers
// and the runner meet on one cache line once per batch, not once per message.
//
// The head also says who must wake the runner:
//
//        enqueue: CAS Idle -> node, schedule                      run ends, nothing left: CAS null -> Idle
//   Idle ----------------------------------> node..node / null <-------------------------------------- (runner)
//                                             enqueue: CAS head -> node (the runner is awake, say nothing)
//   Closed: the actor has ended; what comes goes to dead letters.
//
// System messages have a stack of their own, are run before and between user messages, and while the mailbox is suspended.
// A suspended runner leaves the head alone and parks (_parked = 1): then only a system message wakes it.
using System.Diagnostics;
using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace Akka.Dispatch;

internal sealed class Mailbox : IRunnable
{
    private static readonly Node Idle = new(null!, null);
    private static readonly Node Closed = new(null!, null);
    private static readonly SystemMessage SystemClosed = new Create();

    private readonly ActorCell _cell;
    private Node? _inbox;
    private Node? _first;
    private SystemMessage? _systemInbox;
    private int _suspended;
    private int _parked;

    /// <summary>A mailbox that nothing wakes until <see cref="Start"/>.</summary>
    internal Mailbox(ActorCell cell) => _cell = cell;

    /// <summary>Whether user messages are held back. To be read by the runner only.</summary>
    internal bool IsSuspended => _suspended > 0;

    internal bool IsClosed => ReferenceEquals(Volatile.Read(ref _inbox), Closed);

    /// <summary>Whether a user message waits. Exact for the runner, a guess for others.</summary>
    internal bool HasMessages => _first is not null || InboxHead is not null;

    private Node? InboxHead
    {
        get
        {
            var head = Volatile.Read(ref _inbox);
            return ReferenceEquals(head, Idle) || ReferenceEquals(head, Closed) ? null : head;
        }
    }

    /// <summary>Number of user messages that wait; walks the queue. Exact for the runner, a guess for others.</summary>
    internal int CountMessages()
    {
        var count = 0;
        for (var node = _first; node is not null; node = node.Next)
            count++;
        for (var node = InboxHead; node is not null; node = node.Next)
            count++;
        return count;
    }

    /// <summary>Adds the cell's first system message and wakes the mailbox for the first time.</summary>
    internal void Start(SystemMessage first)
    {
        Push(first);
        Schedule();
    }

    /// <summary>Adds a user message. Any thread.</summary>
    internal void Enqueue(object message, IActorRef? sender)
    {
        var node = new Node(message, sender);
        var head = Volatile.Read(ref _inbox);
        while (true)
        {
            if (ReferenceEquals(head, Closed))
            {
                _cell.ToDeadLetters(message, sender);
                return;
            }

            node.Next = ReferenceEquals(head, Idle) ? null : head;
            var seen = Interlocked.CompareExchange(ref _inbox, node, head);
            if (ReferenceEquals(seen, head))
                break;
            head = seen;
        }

        if (ReferenceEquals(head, Idle))
            Schedule();
    }

    /// <summary>Puts messages in front of all others, first one first. Only from inside the actor.</summary>
    internal void Prepend(IReadOnlyList<Envelope> envelopes)
    {
        for (var i = envelopes.Count - 1; i >= 0; i--)
            _first = new Node(envelopes[i].Message, envelopes[i].Sender) { Next = _first };
    }

    /// <summary>Adds a system message. Any thread.</summary>
    internal void EnqueueSystem(SystemMessage message)
    {
        if (!Push(message))
        {
            _cell.SystemMessageToDeadLetters(message);
            return;
        }

        if (ReferenceEquals(Volatile.Read(ref _inbox), Idle))
        {
            if (ReferenceEquals(Interlocked.CompareExchange(ref _inbox, null, Idle), Idle))
                Schedule();
        }
        else if (Volatile.Read(ref _parked) == 1 && Interlocked.CompareExchange(ref _parked, 0, 1) == 1)
        {
            Schedule();
        }
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
        var arrived = Interlocked.Exchange(ref _inbox, Closed);
        var left = Interlocked.Exchange(ref _systemInbox, SystemClosed);
        for (var node = _first; node is not null; node = node.Next)
            _cell.ToDeadLetters(node.Message, node.Sender);
        _first = null;
        for (var node = Reverse(arrived); node is not null; node = node.Next)
            _cell.ToDeadLetters(node.Message, node.Sender);
        for (var message = Reverse(left); message is not null;)
        {
            var next = message.Next;
            message.Next = null;
            _cell.SystemMessageToDeadLetters(message);
            message = next;
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
        var dispatcher = _cell.Dispatcher;
        var left = dispatcher.Throughput;
        var deadlineTicks = dispatcher.ThroughputDeadlineTime ?? 0;
        var started = deadlineTicks > 0 ? Stopwatch.GetTimestamp() : 0;
        while (_suspended == 0 && left-- > 0)
        {
            var node = _first ?? Fetch();
            if (node is null)
                return;
            _first = node.Next;
            _cell.Invoke(node.Message, node.Sender);
            if (Volatile.Read(ref _systemInbox) is not null)
                RunSystemMessages();
            if (deadlineTicks > 0 && Stopwatch.GetElapsedTime(started).Ticks >= deadlineTicks)
                return;
        }
    }

    private Node? Fetch()
    {
        if (Volatile.Read(ref _inbox) is null || IsClosed)
            return null;
        return Reverse(Interlocked.Exchange(ref _inbox, null));
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
            Interlocked.Exchange(ref _parked, 1);
            if (Volatile.Read(ref _systemInbox) is not null && Interlocked.CompareExchange(ref _parked, 0, 1) == 1)
                Reschedule();
            return;
        }

        if (_first is not null || Volatile.Read(ref _systemInbox) is not null ||
            Interlocked.CompareExchange(ref _inbox, Idle, null) is not null)
        {
            Reschedule();
            return;
        }

        // A system message may have come just before the head became Idle, and its sender may have seen a runner still awake.
        if (Volatile.Read(ref _systemInbox) is not null && ReferenceEquals(Interlocked.CompareExchange(ref _inbox, null, Idle), Idle))
            Reschedule();
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

    private void Schedule() => _cell.Dispatcher.Schedule(this);

    /// <summary>Gives others a turn before this mailbox goes on.</summary>
    private void Reschedule() => _cell.Dispatcher.Reschedule(this);

    private static Node? Reverse(Node? node)
    {
        Node? reversed = null;
        while (node is not null && !ReferenceEquals(node, Idle) && !ReferenceEquals(node, Closed))
        {
            var next = node.Next;
            node.Next = reversed;
            reversed = node;
            node = next;
        }

        return reversed;
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

    private sealed class Node(object message, IActorRef? sender)
    {
        internal readonly object Message = message;
        internal readonly IActorRef? Sender = sender;
        internal Node? Next;
    }
}
