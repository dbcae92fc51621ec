namespace Akka.Remote.Transport;

/// <summary>Nothing passes, and nobody is told: the link behaves like a cable that was cut.</summary>
public class Blackhole : ThrottleMode
{
    private Blackhole()
    {
    }

    /// <summary>The only instance.</summary>
    public static Blackhole Instance { get; } = new();

    /// <inheritdoc/>
    public override (ThrottleMode, bool) TryConsumeTokens(long nanoTimeOfSend, int tokens) => (this, false);

    /// <inheritdoc/>
    public override TimeSpan TimeToAvailable(long currentNanoTime, int tokens) => TimeSpan.Zero;
}
