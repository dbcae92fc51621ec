using System.Diagnostics;

namespace Akka.Remote.Transport;

/// <summary>What happens to a message at a throttle.</summary>
internal enum Passage
{
    Pass,
    Wait,
    Drop,
}

/// <summary>
/// The modes of the link with one peer, in both directions. Shared by the connections of the link and the adapter that is told to change
/// them; thread-safe. Messages are dropped whole, before they are encoded or after they are decoded, so that the tables of a connection
/// stay in step.
/// </summary>
internal sealed class LinkThrottle
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly Lock _gate = new();
    private volatile ThrottleMode _send = Unthrottled.Instance;
    private volatile ThrottleMode _receive = Unthrottled.Instance;

    public bool DropsSent => _send is Blackhole;

    public bool IsReceiveOpen => _receive is Unthrottled;

    public bool DropsReceived => _receive is Blackhole;

    public void Set(ThrottleTransportAdapter.Direction direction, ThrottleMode mode)
    {
        lock (_gate)
        {
            if (direction is ThrottleTransportAdapter.Direction.Send or ThrottleTransportAdapter.Direction.Both)
                _send = mode;
            if (direction is ThrottleTransportAdapter.Direction.Receive or ThrottleTransportAdapter.Direction.Both)
                _receive = mode;
        }
    }

    /// <summary>Asks for the passage of a message that goes out.</summary>
    /// <param name="bytes">Its length.</param>
    /// <param name="wait">How long to wait before asking again.</param>
    public Passage Send(int bytes, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        if (_send is Unthrottled)
            return Passage.Pass;
        lock (_gate)
        {
            var (passage, next) = Ask(_send, bytes, out wait);
            _send = next;
            return passage;
        }
    }

    /// <summary>Asks for the passage of a message that has come in.</summary>
    /// <param name="bytes">Its length.</param>
    /// <param name="wait">How long to wait before asking again.</param>
    public Passage Receive(int bytes, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        if (_receive is Unthrottled)
            return Passage.Pass;
        lock (_gate)
        {
            var (passage, next) = Ask(_receive, bytes, out wait);
            _receive = next;
            return passage;
        }
    }

    private static (Passage Passage, ThrottleMode Next) Ask(ThrottleMode mode, int bytes, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        if (mode is Blackhole)
            return (Passage.Drop, mode);

        // A message longer than the bucket would wait for ever: it passes when the bucket is full.
        var tokens = mode is TokenBucket bucket ? Math.Min(bytes, bucket.Capacity) : bytes;
        var now = (long)(Stopwatch.GetTimestamp() * ((double)NanosecondsPerSecond / Stopwatch.Frequency));
        var (next, passes) = mode.TryConsumeTokens(now, tokens);
        if (passes)
            return (Passage.Pass, next);
        wait = mode.TimeToAvailable(now, tokens);
        return (Passage.Wait, mode);
    }
}
