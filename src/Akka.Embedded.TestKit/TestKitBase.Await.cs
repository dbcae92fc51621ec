namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Repeats <paramref name="assertion"/> until it does not throw; throws what it threw last when the time is over.</summary>
    public void AwaitAssert(Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        RepeatAssertion(Completed(assertion), duration, interval, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Repeats <paramref name="assertion"/> until it does not throw; throws what it threw last when the time is over.</summary>
    public Task AwaitAssertAsync(Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        RepeatAssertion(Completed(assertion), duration, interval, block: false, cancellationToken);

    /// <summary>Repeats <paramref name="assertion"/> until it does not throw; throws what it threw last when the time is over.</summary>
    public Task AwaitAssertAsync(Func<Task> assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        RepeatAssertion(assertion, duration, interval, block: false, cancellationToken);

    /// <summary>Waits until the condition is true.</summary>
    public void AwaitCondition(Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, null, null, null, cancellationToken);

    /// <summary>Waits until the condition is true.</summary>
    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, max, null, null, cancellationToken);

    /// <summary>Waits until the condition is true.</summary>
    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, string message, CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, max, null, message, cancellationToken);

    /// <summary>Waits until the condition is true.</summary>
    public void AwaitCondition(
        Func<bool> conditionIsFulfilled, TimeSpan? max, TimeSpan? interval, string? message = null, CancellationToken cancellationToken = default) =>
        Condition(Completed(conditionIsFulfilled), RemainingOrDilated(max), interval, Failing(message), block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Waits until the condition is true.</summary>
    public Task AwaitConditionAsync(Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, null, null, null, cancellationToken);

    /// <summary>Waits until the condition is true.</summary>
    public Task AwaitConditionAsync(Func<bool> conditionIsFulfilled, TimeSpan? max, string message, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, message, cancellationToken);

    /// <summary>Waits until the condition is true.</summary>
    public Task AwaitConditionAsync(
        Func<bool> conditionIsFulfilled, TimeSpan? max, TimeSpan? interval, string? message = null, CancellationToken cancellationToken = default) =>
        Condition(Completed(conditionIsFulfilled), RemainingOrDilated(max), interval, Failing(message), block: false, cancellationToken);

    /// <summary>Waits until the condition is true.</summary>
    public Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, null, null, null, cancellationToken);

    /// <summary>Waits until the condition is true.</summary>
    public Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, null, cancellationToken);

    /// <summary>Waits until the condition is true.</summary>
    public Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, TimeSpan? max, string message, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, message, cancellationToken);

    /// <summary>Waits until the condition is true.</summary>
    public Task AwaitConditionAsync(
        Func<Task<bool>> conditionIsFulfilled, TimeSpan? max, TimeSpan? interval, string? message = null, CancellationToken cancellationToken = default) =>
        Condition(conditionIsFulfilled, RemainingOrDilated(max), interval, Failing(message), block: false, cancellationToken);

    /// <summary>Waits until the condition is true; false when the time is over.</summary>
    public bool AwaitConditionNoThrow(Func<bool> conditionIsFulfilled, TimeSpan max, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        Condition(Completed(conditionIsFulfilled), max, interval, null, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Waits until the condition is true; false when the time is over.</summary>
    public Task<bool> AwaitConditionNoThrowAsync(
        Func<bool> conditionIsFulfilled, TimeSpan max, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        Condition(Completed(conditionIsFulfilled), max, interval, null, block: false, cancellationToken);

    /// <summary>Waits until the condition is true; false when the time is over.</summary>
    public Task<bool> AwaitConditionNoThrowAsync(
        Func<Task<bool>> conditionIsFulfilled, TimeSpan max, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        Condition(conditionIsFulfilled, max, interval, null, block: false, cancellationToken);

    private async Task RepeatAssertion(Func<Task> assertion, TimeSpan? duration, TimeSpan? interval, bool block, CancellationToken cancellationToken)
    {
        var pause = interval ?? PollInterval;
        var stop = Now + RemainingOrDilated(duration);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await assertion().ConfigureAwait(false);
                return;
            }
            catch (Exception) when (Now + pause < stop)
            {
                // Not yet: once more, until the time is over.
            }

            await Pause(pause, block, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<bool> Condition(
        Func<Task<bool>> condition, TimeSpan max, TimeSpan? interval, Action<TimeSpan>? fail, bool block, CancellationToken cancellationToken)
    {
        var pause = interval ?? PollInterval;
        var start = Now;
        while (!await condition().ConfigureAwait(false))
        {
            var left = max - (Now - start);
            if (left <= TimeSpan.Zero)
            {
                fail?.Invoke(max);
                return false;
            }

            await Pause(left < pause ? left : pause, block, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private static Task Pause(TimeSpan time, bool block, CancellationToken cancellationToken)
    {
        if (!block)
            return Task.Delay(time, TimeProvider.System, cancellationToken);
        cancellationToken.WaitHandle.WaitOne(time);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.CompletedTask;
    }

    private Action<TimeSpan> Failing(string? message) => max => _assertions.Fail("Timeout {0} expired while waiting for condition.{1}", max, message ?? "");

    private static Func<Task> Completed(Action action) => () =>
    {
        action();
        return Task.CompletedTask;
    };

    private static Func<Task<bool>> Completed(Func<bool> condition) => () => Task.FromResult(condition());
}
