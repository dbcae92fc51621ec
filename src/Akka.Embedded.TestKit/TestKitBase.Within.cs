namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>The time that is left inside Within.</summary>
    /// <exception cref="InvalidOperationException">Called outside of Within.</exception>
    public TimeSpan Remaining => _end is { } end
        ? Max(end - Now, TimeSpan.Zero)
        : throw new InvalidOperationException(@"Remaining may not be called outside of ""within""");

    /// <summary>The time that is left inside Within; outside of it <c>akka.test.single-expect-default</c>, dilated.</summary>
    public TimeSpan RemainingOrDefault => RemainingOr(Dilated(TestKitSettings.SingleExpectDefault));

    /// <summary><paramref name="duration"/> times <c>akka.test.timefactor</c>.</summary>
    public TimeSpan Dilated(TimeSpan duration) => duration == Timeout.InfiniteTimeSpan ? duration : duration * TestKitSettings.TestTimeFactor;

    /// <summary><paramref name="timeout"/> dilated, or <see cref="RemainingOrDefault"/>.</summary>
    public TimeSpan GetTimeoutOrDefault(TimeSpan? timeout) => RemainingOrDilated(timeout);

    /// <summary><paramref name="duration"/> dilated, but no more than is left inside Within.</summary>
    public TimeSpan RemainingOrDilated(TimeSpan? duration)
    {
        if (duration is not { } given)
            return RemainingOrDefault;
        if (given == Timeout.InfiniteTimeSpan)
            return given;
        if (given < TimeSpan.Zero)
            throw new ArgumentException("Must be positive", nameof(duration));
        return RemainingOr(Dilated(given));
    }

    /// <summary>Runs <paramref name="action"/>, which must be done in time; waits inside it end with the time.</summary>
    public void Within(TimeSpan max, Action action, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(TimeSpan.Zero, max, action, null, epsilonValue, cancellationToken);

    /// <summary>Runs <paramref name="action"/>, which must take as long as <paramref name="min"/> and be done in time.</summary>
    public void Within(TimeSpan min, TimeSpan max, Action action, string? hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within<object?>(
            min,
            max,
            () =>
            {
                action();
                return null;
            },
            hint,
            epsilonValue,
            cancellationToken);

    /// <summary>Runs <paramref name="function"/>, which must be done in time; waits inside it end with the time.</summary>
    public T Within<T>(TimeSpan max, Func<T> function, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(TimeSpan.Zero, max, function, null, epsilonValue, cancellationToken);

    /// <summary>Runs <paramref name="function"/>, which must take as long as <paramref name="min"/> and be done in time.</summary>
    public T Within<T>(TimeSpan min, TimeSpan max, Func<T> function, string? hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Timed(min, max, () => Task.FromResult(function()), hint, epsilonValue, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Runs <paramref name="actionAsync"/>, which must be done in time; waits inside it end with the time.</summary>
    public Task WithinAsync(TimeSpan max, Func<Task> actionAsync, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        WithinAsync(TimeSpan.Zero, max, actionAsync, null, epsilonValue, cancellationToken);

    /// <summary>Runs <paramref name="actionAsync"/>, which must take as long as <paramref name="min"/> and be done in time.</summary>
    public Task WithinAsync(
        TimeSpan min, TimeSpan max, Func<Task> actionAsync, string? hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Timed<object?>(
            min,
            max,
            async () =>
            {
                await actionAsync().ConfigureAwait(false);
                return null;
            },
            hint,
            epsilonValue,
            cancellationToken);

    /// <summary>Runs <paramref name="function"/>, which must be done in time; waits inside it end with the time.</summary>
    public Task<T> WithinAsync<T>(TimeSpan max, Func<Task<T>> function, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Timed(TimeSpan.Zero, max, function, null, epsilonValue, cancellationToken);

    /// <summary>Runs <paramref name="function"/>, which must take as long as <paramref name="min"/> and be done in time.</summary>
    public Task<T> WithinAsync<T>(
        TimeSpan min, TimeSpan max, Func<Task<T>> function, string? hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Timed(min, max, function, hint, epsilonValue, cancellationToken);

    /// <summary>The time that is left inside Within; outside of it <paramref name="duration"/>.</summary>
    protected TimeSpan RemainingOr(TimeSpan duration)
    {
        if (_end is not { } end)
            return duration;
        var left = Max(end - Now, TimeSpan.Zero);
        return left < duration ? left : duration;
    }

    private async Task<T> Timed<T>(
        TimeSpan min, TimeSpan max, Func<Task<T>> function, string? hint, TimeSpan? epsilonValue, CancellationToken cancellationToken)
    {
        if (min < TimeSpan.Zero)
            throw new ArgumentException("min must be >=0", nameof(min));
        var dilated = Dilated(max);
        var start = Now;
        var left = _end is { } outer ? outer - start : Timeout.InfiniteTimeSpan;
        _assertions.AssertTrue(left == Timeout.InfiniteTimeSpan || left >= min, "Required min time {0} not possible, only {1} left. {2}", min, left, hint ?? "");
        cancellationToken.ThrowIfCancellationRequested();
        _lastWasNoMsg = false;
        var limit = left == Timeout.InfiniteTimeSpan || dilated < left ? dilated : left;
        var previous = _end;
        _end = start + limit;
        T result;
        try
        {
            result = await function().ConfigureAwait(false);
        }
        finally
        {
            _end = previous;
        }

        var elapsed = Now - start;
        if (elapsed < min)
            _assertions.Fail("Failed: Block took {0}, should have at least been {1}. {2}", elapsed, min, hint ?? "");

        // A wait for silence ends with the time, never before; that it did is no failure.
        if (!_lastWasNoMsg && elapsed > limit + (epsilonValue ?? TimeSpan.Zero))
            _assertions.Fail("Failed: Block took {0}, exceeding {1}. {2}", elapsed, limit, hint ?? "");
        return result;
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
