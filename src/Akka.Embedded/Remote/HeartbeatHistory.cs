namespace Akka.Remote;

/// <summary>The last intervals between heartbeats, in milliseconds, with running sums for mean and variance. Immutable.</summary>
internal sealed class HeartbeatHistory
{
    private readonly int _maxSampleSize;
    private readonly long[] _intervals;
    private readonly long _sum;
    private readonly double _sumOfSquares;

    private HeartbeatHistory(int maxSampleSize, long[] intervals, long sum, double sumOfSquares)
    {
        _maxSampleSize = maxSampleSize;
        _intervals = intervals;
        _sum = sum;
        _sumOfSquares = sumOfSquares;
    }

    public static HeartbeatHistory Empty(int maxSampleSize)
    {
        if (maxSampleSize < 1)
            throw new ArgumentOutOfRangeException(nameof(maxSampleSize), maxSampleSize, "The sample size must be at least 1.");
        return new HeartbeatHistory(maxSampleSize, [], 0, 0);
    }

    public int Count => _intervals.Length;

    public double Mean => _intervals.Length == 0 ? 0 : (double)_sum / _intervals.Length;

    public double StandardDeviation
    {
        get
        {
            if (_intervals.Length == 0)
                return 0;
            var mean = Mean;
            // Rounding can bring the variance of equal intervals just below zero.
            return Math.Sqrt(Math.Max(0, _sumOfSquares / _intervals.Length - mean * mean));
        }
    }

    public HeartbeatHistory Add(long interval)
    {
        var dropped = _intervals.Length == _maxSampleSize ? _intervals[0] : 0;
        var kept = _intervals.Length == _maxSampleSize ? _intervals.AsSpan(1) : _intervals.AsSpan();
        long[] next = [.. kept, interval];
        return new HeartbeatHistory(
            _maxSampleSize,
            next,
            _sum - dropped + interval,
            _sumOfSquares - (double)dropped * dropped + (double)interval * interval);
    }
}
