using Akka.Event;

namespace Akka.Remote;

/// <summary>Remoting as a whole has failed.</summary>
public sealed class RemotingErrorEvent : RemotingLifecycleEvent
{
    /// <summary>Creates the event.</summary>
    /// <param name="cause">What went wrong.</param>
    public RemotingErrorEvent(Exception cause) => Cause = cause;

    /// <summary>What went wrong.</summary>
    public Exception Cause { get; }

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Event.LogLevel.ErrorLevel;

    /// <inheritdoc/>
    public override string ToString() => $"Remoting error: [{Cause.Message}]";
}
