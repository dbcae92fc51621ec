namespace Akka.Remote.Transport;

/// <summary>Lets one report through in an interval and counts the others, so that a flood does not fill the log. Thread-safe.</summary>
internal sealed class OccasionalLog(TimeSpan interval, Clock clock)
{
    private readonly Lock _gate = new();
    private long? _lastMs;
    private long _suppressed;

    /// <summary>True if the caller may report now.</summary>
    /// <param name="suppressed">How many others wanted to since the last report.</param>
    public bool TryBegin(out long suppressed)
    {
        lock (_gate)
        {
            var now = clock();
            suppressed = 0;
            if (_lastMs is { } last && now - last < (long)interval.TotalMilliseconds)
            {
                _suppressed++;
                return false;
            }

            _lastMs = now;
            (suppressed, _suppressed) = (_suppressed, 0);
            return true;
        }
    }
}
