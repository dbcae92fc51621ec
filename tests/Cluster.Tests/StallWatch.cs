using Xunit.Sdk;

namespace Trapline.Cluster.Tests;

/// <summary>
/// Sees when this machine stands still: when nothing of it runs for a while, because its processor is taken away. For longer than a lease lasts that
/// has guests pause and the launcher be late, as it must; whoever asserts that they do not has to know of it.
/// </summary>
internal sealed class StallWatch : IDisposable
{
    /// <summary>A third of a lease: two of these between three heartbeats end one.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private const int Attempts = 5;

    private readonly ITimer _timer;
    private long _lookedAt = TimeProvider.System.GetTimestamp();
    private long _longest;

    private StallWatch() => _timer = TimeProvider.System.CreateTimer(_ => Look(), null, Interval, Interval);

    private TimeSpan Longest
    {
        get
        {
            Look();
            return TimeSpan.FromTicks(Interlocked.Read(ref _longest));
        }
    }

    /// <summary>Does an experiment that says nothing when the machine stands still meanwhile: then it is done again if it failed.</summary>
    public static async Task OnSteadyMachineAsync(Func<Task> experiment)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var watch = new StallWatch();
            try
            {
                await experiment();
                return;
            }
            catch (XunitException) when (attempt < Attempts && watch.Longest >= Long)
            {
                // It says nothing.
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var now = TimeProvider.System.GetTimestamp();
        var gap = TimeProvider.System.GetElapsedTime(Interlocked.Exchange(ref _lookedAt, now), now).Ticks;
        for (var seen = Interlocked.Read(ref _longest); gap > seen && Interlocked.CompareExchange(ref _longest, gap, seen) is var other && other != seen; seen = other)
        {
        }
    }
}
