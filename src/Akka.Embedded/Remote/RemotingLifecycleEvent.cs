using Akka.Event;

namespace Akka.Remote;

/// <summary>What remoting publishes to the event stream about itself and its links.</summary>
public abstract class RemotingLifecycleEvent
{
    /// <summary>The level at which the event is logged, if akka.remote.log-remote-lifecycle-events is on.</summary>
    public abstract LogLevel LogLevel();
}
