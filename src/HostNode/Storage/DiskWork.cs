namespace Trapline.HostNode.Storage;

/// <summary>
/// Runs what may hang as long as a disk does on threads of its own. A thread of the pool that hangs in the kernel is one that actors and
/// heartbeats lack, and the pool makes up for it slowly; so none of them is lent to a disk.
/// </summary>
public static class DiskWork
{
    /// <summary>Most pieces at a time; what hangs beyond that makes further work on the disk wait, and nothing else.</summary>
    public const int MostAtATime = 32;

    private static readonly SemaphoreSlim Places = new(MostAtATime);

    /// <summary>Runs it.</summary>
    public static async Task<T> Run<T>(Func<T> work)
    {
        await Places.WaitAsync().ConfigureAwait(false);
        try
        {
            return await Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        finally
        {
            Places.Release();
        }
    }

    /// <summary>Runs it.</summary>
    public static Task Run(Action work) => Run(() =>
    {
        work();
        return true;
    });
}
