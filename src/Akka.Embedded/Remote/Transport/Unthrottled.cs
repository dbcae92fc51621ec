namespace Akka.Remote.Transport;

/// <summary>Everything passes.</summary>
public class Unthrottled : ThrottleMode
{
    private Unthrottled()
    {
    }

    /// <summary>The only instance.</summary>
    public static Unthrottled Instance { get; } = new();

    /// <inheritdoc/>
    public override (ThrottleMode, bool) TryConsumeTokens(long nanoTimeOfSend, int tokens) => (this, true);

    /// <inheritdoc/>
    public override TimeSpan TimeToAvailable(long currentNanoTime, int tokens) => TimeSpan.Zero;
}
