using Akka.Actor;

namespace Akka.TestKit.Internal;

internal sealed class EventFilterApplier(TestKitBase testkit, ActorSystem system, IReadOnlyList<LogEventFilter> filters) : IEventFilterApplier
{
    public EventFilterFactory And => new(testkit, system, filters);

    private ITestKitAssertions Assertions => TestKitAssertionsExtension.For(testkit.Sys).Assertions;

    public void ExpectOne(Action action, CancellationToken cancellationToken = default) => Expect(1, action, cancellationToken);

    public void ExpectOne(TimeSpan timeout, Action action, CancellationToken cancellationToken = default) => Expect(1, timeout, action, cancellationToken);

    public T ExpectOne<T>(Func<T> func, CancellationToken cancellationToken = default) => Expect(1, func, cancellationToken);

    public T ExpectOne<T>(TimeSpan timeout, Func<T> func, CancellationToken cancellationToken = default) => Expect(1, timeout, func, cancellationToken);

    public Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default) => ExpectAsync(1, actionAsync, cancellationToken);

    public Task ExpectOneAsync(TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default) =>
        ExpectAsync(1, timeout, action, cancellationToken);

    public Task<T> ExpectOneAsync<T>(Func<Task<T>> func, CancellationToken cancellationToken = default) => ExpectAsync(1, func, cancellationToken);

    public Task<T> ExpectOneAsync<T>(TimeSpan timeout, Func<Task<T>> func, CancellationToken cancellationToken = default) =>
        ExpectAsync(1, timeout, func, cancellationToken);

    public void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default) =>
        Counted(expectedCount, null, Completed(action), cancellationToken).GetAwaiter().GetResult();

    public void Expect(int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default) =>
        Counted(expectedCount, timeout, Completed(action), cancellationToken).GetAwaiter().GetResult();

    public T Expect<T>(int expectedCount, Func<T> func, CancellationToken cancellationToken = default) =>
        Counted(expectedCount, null, () => Task.FromResult(func()), cancellationToken).GetAwaiter().GetResult();

    public T Expect<T>(int expectedCount, TimeSpan timeout, Func<T> func, CancellationToken cancellationToken = default) =>
        Counted(expectedCount, timeout, () => Task.FromResult(func()), cancellationToken).GetAwaiter().GetResult();

    public Task ExpectAsync(int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken = default) =>
        Counted(expectedCount, null, WithResult(actionAsync), cancellationToken);

    public Task ExpectAsync(int expectedCount, Func<Task> actionAsync, TimeSpan? timeout, CancellationToken cancellationToken = default) =>
        Counted(expectedCount, timeout, WithResult(actionAsync), cancellationToken);

    public Task ExpectAsync(int expectedCount, TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default) =>
        Counted(expectedCount, timeout, WithResult(action), cancellationToken);

    public Task<T> ExpectAsync<T>(int expectedCount, Func<Task<T>> func, CancellationToken cancellationToken = default) =>
        Counted(expectedCount, null, func, cancellationToken);

    public Task<T> ExpectAsync<T>(int expectedCount, TimeSpan timeout, Func<Task<T>> func, CancellationToken cancellationToken = default) =>
        Counted(expectedCount, timeout, func, cancellationToken);

    public void Mute(Action action, CancellationToken cancellationToken = default) => Muted(Completed(action), cancellationToken).GetAwaiter().GetResult();

    public T Mute<T>(Func<T> func, CancellationToken cancellationToken = default) =>
        Muted(() => Task.FromResult(func()), cancellationToken).GetAwaiter().GetResult();

    public Task MuteAsync(Func<Task> action, CancellationToken cancellationToken = default) => Muted(WithResult(action), cancellationToken);

    public Task<T> MuteAsync<T>(Func<Task<T>> func, CancellationToken cancellationToken = default) => Muted(func, cancellationToken);

    public IUnmutableFilter Mute()
    {
        var group = new FilterGroup(filters);
        Install(group, CancellationToken.None).GetAwaiter().GetResult();
        return new Unmuter(system, group);
    }

    private async Task<T> Counted<T>(int expected, TimeSpan? timeout, Func<Task<T>> action, CancellationToken cancellationToken)
    {
        var group = new FilterGroup(filters);
        await Install(group, cancellationToken).ConfigureAwait(false);
        try
        {
            var result = await action().ConfigureAwait(false);
            var limit = timeout is { } given ? testkit.Dilated(given) : testkit.Dilated(testkit.TestKitSettings.TestEventFilterLeeway);

            // Zero entries cannot be waited for, only the time in which one might still come.
            var enough = await group.Reaches(Math.Max(1, expected), expected == 0 && timeout is null ? TimeSpan.Zero : limit, cancellationToken).ConfigureAwait(false);
            if (expected > 0 && !enough)
                Assertions.Fail("Timeout ({0}) while waiting for messages. Only received {1}/{2} messages that matched the filter", limit, group.Count, expected);
            if (group.Count > expected)
                Assertions.Fail("Received {0} {1} too many that matched the filter; expected {2}", group.Count - expected, group.Count - expected == 1 ? "message" : "messages", expected);
            return result;
        }
        finally
        {
            system.EventStream.Publish(new UnmuteFilters(group));
        }
    }

    private async Task<T> Muted<T>(Func<Task<T>> action, CancellationToken cancellationToken)
    {
        var group = new FilterGroup(filters);
        await Install(group, cancellationToken).ConfigureAwait(false);
        try
        {
            return await action().ConfigureAwait(false);
        }
        finally
        {
            system.EventStream.Publish(new UnmuteFilters(group));
        }
    }

    private async Task Install(FilterGroup group, CancellationToken cancellationToken)
    {
        var installed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        system.EventStream.Publish(new MuteFilters(group, installed));
        try
        {
            await installed.Task.WaitAsync(testkit.TestKitSettings.DefaultTimeout, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Assertions.Fail("The system {0} has no TestEventListener: akka.loggers must name Akka.TestKit.TestEventListener for EventFilter to work.", system.Name);
        }
    }

    private static Func<Task<bool>> Completed(Action action) => () =>
    {
        action();
        return Task.FromResult(true);
    };

    private static Func<Task<bool>> WithResult(Func<Task> action) => async () =>
    {
        await action().ConfigureAwait(false);
        return true;
    };

    private sealed class Unmuter(ActorSystem system, FilterGroup group) : IUnmutableFilter
    {
        public void Unmute() => system.EventStream.Publish(new UnmuteFilters(group));

        public void Dispose() => Unmute();
    }
}
