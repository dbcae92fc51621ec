namespace Akka.Remote.Transport;

/// <summary>Lets bytes pass at a rate, with bursts up to a capacity.</summary>
public sealed class TokenBucket : ThrottleMode
{
    private const double NanosecondsPerSecond = 1e9;

    private readonly int _capacity;
    private readonly double _tokensPerSecond;
    private readonly long _nanoTimeOfLastSend;
    private readonly int _availableTokens;

    /// <summary>Creates a bucket.</summary>
    /// <param name="capacity">The longest burst, in bytes.</param>
    /// <param name="tokensPerSecond">The rate, in bytes a second.</param>
    /// <param name="nanoTimeOfLastSend">When tokens were last counted, in nanoseconds.</param>
    /// <param name="availableTokens">The tokens that were in the bucket then.</param>
    public TokenBucket(int capacity, double tokensPerSecond, long nanoTimeOfLastSend, int availableTokens)
    {
        _capacity = capacity;
        _tokensPerSecond = tokensPerSecond;
        _nanoTimeOfLastSend = nanoTimeOfLastSend;
        _availableTokens = availableTokens;
    }

    internal int Capacity => _capacity;

    /// <summary>Whether two buckets are in the same state.</summary>
    /// <param name="left">One bucket.</param>
    /// <param name="right">The other bucket.</param>
    public static bool operator ==(TokenBucket? left, TokenBucket? right) => Equals(left, right);

    /// <summary>Whether two buckets differ.</summary>
    /// <param name="left">One bucket.</param>
    /// <param name="right">The other bucket.</param>
    public static bool operator !=(TokenBucket? left, TokenBucket? right) => !Equals(left, right);

    /// <inheritdoc/>
    public override (ThrottleMode, bool) TryConsumeTokens(long nanoTimeOfSend, int tokens)
    {
        var available = AvailableAt(nanoTimeOfSend);
        if (available < tokens)
            return (this, false);
        return (new TokenBucket(_capacity, _tokensPerSecond, nanoTimeOfSend, available - tokens), true);
    }

    /// <inheritdoc/>
    public override TimeSpan TimeToAvailable(long currentNanoTime, int tokens)
    {
        var missing = tokens - AvailableAt(currentNanoTime);
        return missing <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(missing / _tokensPerSecond);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is TokenBucket other
        && other._capacity == _capacity
        && other._tokensPerSecond.Equals(_tokensPerSecond)
        && other._nanoTimeOfLastSend == _nanoTimeOfLastSend
        && other._availableTokens == _availableTokens;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_capacity, _tokensPerSecond, _nanoTimeOfLastSend, _availableTokens);

    private int AvailableAt(long nanoTime)
    {
        var generated = Math.Max(0, nanoTime - _nanoTimeOfLastSend) / NanosecondsPerSecond * _tokensPerSecond;
        return (int)Math.Min(_capacity, _availableTokens + generated);
    }
}
