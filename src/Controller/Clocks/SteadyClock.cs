namespace Trapline.Controller.Clocks;

/// <summary>
/// The controller's clock: shows the time of day, and does not step. It begins with the machine's wall clock, or with the journal where that is ahead,
/// and runs on with the monotonic clock. When the wall clock was set meanwhile <see cref="Drift"/> says by how much; the controller notes that as an
/// event, which moves the times in the model by as much, and has this clock follow with <see cref="Set"/>. So a back-off or a deadline takes as long
/// as it should, and a machine that was suspended goes on where it was. Not thread-safe.
/// </summary>
/// <param name="time">The machine's clocks.</param>
public sealed class SteadyClock(TimeProvider time)
{
    /// <summary>Whoever takes longer to read both clocks was held up between them, and knows nothing of their distance.</summary>
    private static readonly TimeSpan ReadsWithin = TimeSpan.FromMilliseconds(20);

    private readonly long _origin = time.GetTimestamp();
    private DateTimeOffset _utcAtOrigin = time.GetUtcNow();

    /// <summary>Since it began.</summary>
    public TimeSpan Monotonic => time.GetElapsedTime(_origin);

    /// <summary>The time of day.</summary>
    public DateTimeOffset Utc => _utcAtOrigin + Monotonic;

    /// <summary>Both, of one moment.</summary>
    public Moment Now
    {
        get
        {
            var monotonic = Monotonic;
            return new Moment(_utcAtOrigin + monotonic, monotonic);
        }
    }

    /// <summary>How far the machine's wall clock is ahead of this one.</summary>
    public TimeSpan Drift
    {
        get
        {
            var before = Utc;
            var wall = time.GetUtcNow();
            return Utc - before > ReadsWithin ? TimeSpan.Zero : wall - before;
        }
    }

    /// <summary>Goes on from the journal: what it says has happened is not in the future.</summary>
    public void BeginAt(DateTimeOffset latest)
    {
        if (Utc is var now && now < latest)
            Set(latest - now);
    }

    /// <summary>Moves it.</summary>
    public void Set(TimeSpan by) => _utcAtOrigin += by;
}
