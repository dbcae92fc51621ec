namespace Akka.Remote.Delivery;

/// <summary>
/// The sender's half of reliable delivery: numbers system messages from 1, and keeps each until the peer has acknowledged it. What is
/// not acknowledged is sent again, always from the oldest on and in order (go back n), after a gap was reported, on a new
/// connection, or when the peer stays silent. Thread-safe.
/// </summary>
/// <typeparam name="T">A message.</typeparam>
internal sealed class SystemMessageOutbox<T>(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Queue<T> _unacknowledged = new();
    private ulong _acknowledged;
    private ulong _answeredGap = ulong.MaxValue;

    /// <summary>The last number that the peer has acknowledged.</summary>
    public ulong Acknowledged
    {
        get
        {
            lock (_gate)
                return _acknowledged;
        }
    }

    public int Count
    {
        get
        {
            lock (_gate)
                return _unacknowledged.Count;
        }
    }

    /// <summary>Takes a message; false if the outbox is full, which means that the peer is as good as lost.</summary>
    public bool TryAdd(T message, out ulong sequence)
    {
        lock (_gate)
        {
            sequence = 0;
            if (_unacknowledged.Count >= capacity)
                return false;
            _unacknowledged.Enqueue(message);
            sequence = _acknowledged + (ulong)_unacknowledged.Count;
            return true;
        }
    }

    /// <summary>The peer has received everything up to <paramref name="upTo"/>.</summary>
    /// <param name="upTo">The last number that it received in order.</param>
    /// <param name="gap">True if it has seen a later one.</param>
    /// <returns>
    /// Whether the rest must be sent again. One gap is answered once: every message behind it reports the same gap.
    /// </returns>
    public bool Acknowledge(ulong upTo, bool gap)
    {
        lock (_gate)
        {
            // An acknowledgement from the past, or one for what was never sent, tells nothing.
            if (upTo < _acknowledged || upTo > _acknowledged + (ulong)_unacknowledged.Count)
                return false;
            for (; _acknowledged < upTo; _acknowledged++)
                _unacknowledged.Dequeue();
            if (!gap || _unacknowledged.Count == 0 || _answeredGap == upTo)
                return false;
            _answeredGap = upTo;
            return true;
        }
    }

    /// <summary>All messages that are not acknowledged, oldest first, to answer a gap.</summary>
    /// <param name="first">The number of the first one.</param>
    public IReadOnlyList<T> Unacknowledged(out ulong first)
    {
        lock (_gate)
        {
            first = _acknowledged + 1;
            return [.. _unacknowledged];
        }
    }

    /// <summary>Reports of a gap are news again: on a new connection, and when the answer to the last report may be lost.</summary>
    public void ForgetGap()
    {
        lock (_gate)
            _answeredGap = ulong.MaxValue;
    }

    /// <summary>Begins anew with a new incarnation of the peer.</summary>
    /// <returns>What the old one never acknowledged.</returns>
    public IReadOnlyList<T> Reset()
    {
        lock (_gate)
        {
            T[] lost = [.. _unacknowledged];
            _unacknowledged.Clear();
            _acknowledged = 0;
            _answeredGap = ulong.MaxValue;
            return lost;
        }
    }
}
