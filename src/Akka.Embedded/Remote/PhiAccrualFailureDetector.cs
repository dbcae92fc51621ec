using Akka.Configuration;
using Akka.Event;

namespace Akka.Remote;

/// <summary>
/// The φ accrual failure detector of Hayashibara et al. It keeps the recent intervals between heartbeats and expresses how
/// unlikely the present silence is: φ = -log10(probability that the next heartbeat comes later than now). The resource
/// is taken to be down when φ reaches the threshold.
/// </summary>
public class PhiAccrualFailureDetector : FailureDetector
{
    private readonly double _threshold;
    private readonly int _maxSampleSize;
    private readonly TimeSpan _minStdDeviation;
    private readonly TimeSpan _acceptableHeartbeatPause;
    private readonly TimeSpan _firstHeartbeatEstimate;
    private readonly Clock _clock;
    private readonly Lock _writing = new();
    private volatile State _state;

    /// <summary>Creates a detector.</summary>
    /// <param name="threshold">The φ from which the resource counts as down.</param>
    /// <param name="maxSampleSize">How many intervals are remembered.</param>
    /// <param name="minStdDeviation">A lower bound for the deviation, so that very regular heartbeats do not make it jumpy.</param>
    /// <param name="acceptableHeartbeatPause">How much silence beyond the usual is accepted.</param>
    /// <param name="firstHeartbeatEstimate">The interval that is assumed before there is any history.</param>
    /// <param name="clock">The clock, in milliseconds; the process's own by default.</param>
    public PhiAccrualFailureDetector(
        double threshold,
        int maxSampleSize,
        TimeSpan minStdDeviation,
        TimeSpan acceptableHeartbeatPause,
        TimeSpan firstHeartbeatEstimate,
        Clock? clock = null)
        : this(clock ?? DefaultClock)
    {
        _threshold = Positive(threshold, nameof(threshold));
        _maxSampleSize = (int)Positive(maxSampleSize, nameof(maxSampleSize));
        _minStdDeviation = TimeSpan.FromMilliseconds(Positive(minStdDeviation.TotalMilliseconds, nameof(minStdDeviation)));
        ArgumentOutOfRangeException.ThrowIfLessThan(acceptableHeartbeatPause, TimeSpan.Zero);
        _acceptableHeartbeatPause = acceptableHeartbeatPause;
        _firstHeartbeatEstimate = TimeSpan.FromMilliseconds(Positive(firstHeartbeatEstimate.TotalMilliseconds, nameof(firstHeartbeatEstimate)));
        _state = new State(FirstHeartbeat(), null);
    }

    /// <summary>Creates a detector from a configuration section such as akka.cluster.failure-detector.</summary>
    /// <param name="config">Holds threshold, max-sample-size, min-std-deviation, acceptable-heartbeat-pause and heartbeat-interval.</param>
    /// <param name="ev">Not used; the signature is that of every configured detector.</param>
    public PhiAccrualFailureDetector(Config config, EventStream ev)
        : this(
            config.GetDouble("threshold"),
            config.GetInt("max-sample-size"),
            config.GetTimeSpan("min-std-deviation"),
            config.GetTimeSpan("acceptable-heartbeat-pause"),
            config.GetTimeSpan("heartbeat-interval"))
    {
    }

    /// <summary>Creates a detector with nothing but a clock, for subclasses that decide by themselves.</summary>
    /// <param name="clock">The clock, in milliseconds.</param>
    protected PhiAccrualFailureDetector(Clock clock)
    {
        _clock = clock;
        _maxSampleSize = 1;
        _state = new State(HeartbeatHistory.Empty(1), null);
    }

    /// <summary>What is being watched; only for people who read logs.</summary>
    public string Address { get; set; } = "N/A";

    /// <inheritdoc/>
    public override bool IsAvailable => IsAvailableAt(_clock());

    /// <inheritdoc/>
    public override bool IsMonitoring => _state.LatestMs.HasValue;

    internal double CurrentPhi => PhiAt(_clock());

    /// <inheritdoc/>
    public override void HeartBeat()
    {
        lock (_writing)
        {
            var now = _clock();
            var old = _state;
            var history = old.History;

            // An interval that ends a failure says nothing about how regular the heartbeats are: it is not recorded.
            if (old.LatestMs is { } latest && IsAvailableAt(now))
                history = history.Add(now - latest);
            _state = new State(history, now);
        }
    }

    internal static double Phi(double elapsedMs, double meanMs, double stdDeviationMs)
    {
        // Logistic approximation of the normal distribution's cumulative function; maximum error 1.4e-4.
        var y = (elapsedMs - meanMs) / stdDeviationMs;
        var e = Math.Exp(-y * (1.5976 + 0.070566 * y * y));
        return elapsedMs > meanMs ? -Math.Log10(e / (1 + e)) : -Math.Log10(1 - 1 / (1 + e));
    }

    private bool IsAvailableAt(long now) => PhiAt(now) < _threshold;

    private double PhiAt(long now)
    {
        var state = _state;
        if (state.LatestMs is not { } latest)
            return 0;
        var mean = state.History.Mean + _acceptableHeartbeatPause.TotalMilliseconds;
        var deviation = Math.Max(state.History.StandardDeviation, _minStdDeviation.TotalMilliseconds);
        return Phi(now - latest, mean, deviation);
    }

    /// <summary>Two intervals around the estimate give it the mean asked for and a generous deviation of a quarter.</summary>
    private HeartbeatHistory FirstHeartbeat()
    {
        var mean = (long)_firstHeartbeatEstimate.TotalMilliseconds;
        var deviation = mean / 4;
        return HeartbeatHistory.Empty(_maxSampleSize).Add(mean - deviation).Add(mean + deviation);
    }

    private static double Positive(double value, string name) =>
        value > 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be greater than 0.");

    private sealed record State(HeartbeatHistory History, long? LatestMs);
}
