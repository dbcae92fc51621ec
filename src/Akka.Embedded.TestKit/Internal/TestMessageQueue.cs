using System.Diagnostics.CodeAnalysis;

namespace Akka.TestKit.Internal;

/// <summary>
/// What a test actor got and the test has not looked at yet. Each wait comes in two kinds chosen by a flag: one blocks the
/// thread (and completes at once), the other does not. So each of the kit's methods is written once.
/// </summary>
internal sealed class TestMessageQueue : IDisposable
{
    private readonly Lock _lock = new();
    private readonly LinkedList<MessageEnvelope> _messages = [];
    private readonly SemaphoreSlim _available = new(0);

    internal int Count
    {
        get
        {
            lock (_lock)
                return _messages.Count;
        }
    }

    public void Dispose() => _available.Dispose();

    internal void Enqueue(MessageEnvelope message)
    {
        lock (_lock)
            _messages.AddLast(message);
        _available.Release();
    }

    /// <summary>The next message, taken out unless <paramref name="peek"/>; null if none came in time.</summary>
    [SuppressMessage("Reliability", "CA2016", Justification = "Passed on in both branches.")]
    internal async ValueTask<MessageEnvelope?> NextAsync(TimeSpan max, bool peek, bool block, CancellationToken cancellationToken)
    {
        var wait = max < TimeSpan.Zero && max != Timeout.InfiniteTimeSpan ? TimeSpan.Zero : max;
        var came = block
            ? _available.Wait(wait, cancellationToken)
            : await _available.WaitAsync(wait, cancellationToken).ConfigureAwait(false);
        if (!came)
            return null;
        MessageEnvelope next;
        lock (_lock)
        {
            next = _messages.First!.Value;
            if (!peek)
                _messages.RemoveFirst();
        }

        if (peek)
            _available.Release();
        return next;
    }
}
