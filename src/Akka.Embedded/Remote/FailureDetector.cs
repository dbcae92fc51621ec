namespace Akka.Remote;

/// <summary>A monotonic clock in milliseconds; its zero is arbitrary.</summary>
public delegate long Clock();

/// <summary>
/// Decides from the heartbeats of one resource whether it is still there. Implementations are safe to call from any thread.
/// </summary>
public abstract class FailureDetector
{
    /// <summary>The process's monotonic clock, in milliseconds.</summary>
    public static readonly Clock DefaultClock = () => Environment.TickCount64;

    /// <summary>True while the resource is taken to be up.</summary>
    public abstract bool IsAvailable { get; }

    /// <summary>True once the first heartbeat has been received.</summary>
    public abstract bool IsMonitoring { get; }

    /// <summary>Tells the detector that a heartbeat has arrived now.</summary>
    public abstract void HeartBeat();
}
