using Akka.Configuration;
using Akka.Event;

namespace Akka.Remote;

/// <summary>
/// Takes a resource to be down when it has been silent for the heartbeat interval plus an acceptable pause. Used for connections,
/// where the transport already delivers or fails.
/// </summary>
public class DeadlineFailureDetector : FailureDetector
{
    private const long NoHeartbeatYet = long.MinValue;

    private readonly Clock _clock;
    private readonly long _deadlineMs;
    private long _latestMs = NoHeartbeatYet;

    /// <summary>Creates a detector.</summary>
    /// <param name="acceptableHeartbeatPause">How much silence beyond the interval is accepted.</param>
    /// <param name="heartbeatInterval">The interval at which heartbeats are sent.</param>
    /// <param name="clock">The clock, in milliseconds; the process's own by default.</param>
    public DeadlineFailureDetector(TimeSpan acceptableHeartbeatPause, TimeSpan heartbeatInterval, Clock? clock = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(acceptableHeartbeatPause, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(heartbeatInterval, TimeSpan.Zero);
        _clock = clock ?? DefaultClock;
        _deadlineMs = (long)(acceptableHeartbeatPause + heartbeatInterval).TotalMilliseconds;
    }

    /// <summary>Creates a detector from a configuration section such as akka.remote.transport-failure-detector.</summary>
    /// <param name="config">Holds acceptable-heartbeat-pause and heartbeat-interval.</param>
    /// <param name="eventStream">Not used; the signature is that of every configured detector.</param>
    public DeadlineFailureDetector(Config config, EventStream eventStream)
        : this(config.GetTimeSpan("acceptable-heartbeat-pause"), config.GetTimeSpan("heartbeat-interval"))
    {
    }

    /// <inheritdoc/>
    public override bool IsAvailable
    {
        get
        {
            var latest = Volatile.Read(ref _latestMs);
            return latest == NoHeartbeatYet || _clock() < latest + _deadlineMs;
        }
    }

    /// <inheritdoc/>
    public override bool IsMonitoring => Volatile.Read(ref _latestMs) != NoHeartbeatYet;

    /// <inheritdoc/>
    public override void HeartBeat() => Volatile.Write(ref _latestMs, _clock());
}
