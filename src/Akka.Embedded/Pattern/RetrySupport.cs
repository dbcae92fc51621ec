using System.Security.Cryptography;
using Akka.Actor;
using Akka.Util;

namespace Akka.Pattern;

/// <summary>Repeats what fails.</summary>
public static class RetrySupport
{
    /// <summary>Tries again at once, at most <paramref name="attempts"/> times more.</summary>
    public static Task<T> Retry<T>(Func<Task<T>> attempt, int attempts) => Retry(attempt, attempts, static _ => Option<TimeSpan>.None, null);

    /// <summary>Tries again after <paramref name="delay"/>, at most <paramref name="attempts"/> times more.</summary>
    public static Task<T> Retry<T>(Func<Task<T>> attempt, int attempts, TimeSpan delay, IScheduler scheduler) =>
        Retry(attempt, attempts, _ => new Option<TimeSpan>(delay), scheduler);

    /// <summary>
    /// Tries again after a delay that doubles from <paramref name="minBackoff"/> to <paramref name="maxBackoff"/>, times up to
    /// 1 + <paramref name="randomFactor"/> at random; at most <paramref name="attempts"/> times more.
    /// </summary>
    public static Task<T> Retry<T>(
        Func<Task<T>> attempt, int attempts, TimeSpan minBackoff, TimeSpan maxBackoff, int randomFactor, IScheduler scheduler)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(minBackoff, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBackoff, minBackoff);
        if (randomFactor is < 0 or > 1)
            throw new ArgumentException("randomFactor must be between 0.0 and 1.0", nameof(randomFactor));
        return Retry(attempt, attempts, tried => new Option<TimeSpan>(BackoffDelay.Of(tried, minBackoff, maxBackoff, randomFactor)), scheduler);
    }

    /// <summary>Tries again after what <paramref name="delayFunction"/> gives for the number of tries, at most <paramref name="attempts"/> times more.</summary>
    public static Task<T> Retry<T>(Func<Task<T>> attempt, int attempts, Func<int, Option<TimeSpan>> delayFunction, IScheduler? scheduler)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        ArgumentOutOfRangeException.ThrowIfNegative(attempts);
        return Try(attempt, attempts, 1, delayFunction, scheduler);
    }

    private static async Task<T> Try<T>(Func<Task<T>> attempt, int left, int tried, Func<int, Option<TimeSpan>> delay, IScheduler? scheduler)
    {
        while (true)
        {
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (Exception) when (left > 0)
            {
                left--;
            }

            var pause = delay(tried++);
            if (pause.HasValue && pause.Value > TimeSpan.Zero)
                await FutureTimeoutSupport.After(pause.Value, scheduler!, static () => Task.FromResult(true)).ConfigureAwait(false);
        }
    }
}

/// <summary>How long to wait before another try.</summary>
internal static class BackoffDelay
{
    internal static TimeSpan Of(int restarts, TimeSpan least, TimeSpan most, double randomFactor)
    {
        var random = 1.0 + (RandomNumberGenerator.GetInt32(1_000_000) / 1_000_000.0 * randomFactor);
        if (restarts >= 30)
            return most;
        var ticks = Math.Min(most.Ticks, least.Ticks * Math.Pow(2, restarts)) * random;
        return ticks >= TimeSpan.MaxValue.Ticks ? most : TimeSpan.FromTicks((long)ticks);
    }
}
