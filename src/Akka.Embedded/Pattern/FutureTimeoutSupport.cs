using Akka.Actor;

namespace Akka.Pattern;

/// <summary>Does things later, as tasks.</summary>
public static class FutureTimeoutSupport
{
    /// <summary>Runs <paramref name="value"/> after <paramref name="duration"/> and gives what it gives.</summary>
    public static Task<T> After<T>(TimeSpan duration, IScheduler scheduler, Func<Task<T>> value)
    {
        if (duration <= TimeSpan.Zero)
            return Start(value);
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        scheduler.Advanced.ScheduleOnce(duration, () => Start(value).ContinueWith(
            static (done, state) => ((TaskCompletionSource<T>)state!).TrySetFromTask(done),
            result,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default));
        return result.Task;
    }

    private static Task<T> Start<T>(Func<Task<T>> value)
    {
        try
        {
            return value();
        }
        catch (Exception e)
        {
            return Task.FromException<T>(e);
        }
    }
}
