using Akka.Actor;

namespace Akka.Remote.Transport;

/// <summary>How much one direction of a link lets through.</summary>
public abstract class ThrottleMode : INoSerializationVerificationNeeded
{
    /// <summary>Asks for the passage of a message.</summary>
    /// <param name="nanoTimeOfSend">The time, in nanoseconds on a monotonic clock.</param>
    /// <param name="tokens">The length of the message, in bytes.</param>
    /// <returns>The mode after the message, and whether it may pass.</returns>
    public abstract (ThrottleMode, bool) TryConsumeTokens(long nanoTimeOfSend, int tokens);

    /// <summary>How long to wait until a message may pass.</summary>
    /// <param name="currentNanoTime">The time, in nanoseconds on a monotonic clock.</param>
    /// <param name="tokens">The length of the message, in bytes.</param>
    /// <returns>The time to wait.</returns>
    public abstract TimeSpan TimeToAvailable(long currentNanoTime, int tokens);
}
