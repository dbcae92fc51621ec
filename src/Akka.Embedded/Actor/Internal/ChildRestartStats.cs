using System.Diagnostics;

namespace Akka.Actor.Internal;

/// <summary>What a parent knows about one child: the reference and its restarts within the current window.</summary>
internal sealed class ChildRestartStats(IInternalActorRef child)
{
    private int _restarts;
    private long _windowStarted;

    public IInternalActorRef Child { get; } = child;

    public long Uid => Child.Path.Uid;

    /// <summary>
    /// Counts a restart and says whether it is allowed. <paramref name="maxRetries"/> -1 means no limit, 0 none at all;
    /// <paramref name="window"/> zero or less means that the count never starts anew.
    /// </summary>
    public bool RequestRestartPermission(int maxRetries, TimeSpan window)
    {
        if (maxRetries == 0)
            return false;
        if (window <= TimeSpan.Zero)
            return maxRetries < 0 || ++_restarts <= maxRetries;

        // A window without a limit allows one restart within each window, as the supervision documentation has it.
        var limit = maxRetries < 0 ? 1 : maxRetries;
        var now = Stopwatch.GetTimestamp();
        if (_windowStarted == 0 || Stopwatch.GetElapsedTime(_windowStarted, now) > window)
        {
            _windowStarted = now;
            _restarts = 1;
            return true;
        }

        return ++_restarts <= limit;
    }
}
