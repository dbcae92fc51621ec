namespace Trapline.HostNode.Storage;

/// <summary>
/// Runs what may hang as long as a disk does on threads of its own. A thread of the pool that hangs in the kernel is one that actors and
/// heartbeats lack, and the pool makes up for it slowly; so none of them is lent to a disk.
/// </summary>
public static class DiskWork
{
    /// <summary>Most pieces at a time; what hangs beyond that makes further work on the disk wait, and nothing else.</summary>
    public const int MostAtATime = 32;

    /// <summary>Most questions at a time; they take no place from what has to be done.</summary>
    public const int MostQuestions = 4;

    private static readonly SemaphoreSlim Places = new(MostAtATime);
    private static readonly SemaphoreSlim QuestionPlaces = new(MostQuestions);

    /// <summary>Runs it.</summary>
    public static Task<T> Run<T>(Func<T> work) => Run(work, Places);

    /// <summary>Runs what only somebody wants to know: who asks again and again about a disk that hangs holds up others who ask, and nothing else.</summary>
    public static Task<T> Ask<T>(Func<T> look) => Run(look, QuestionPlaces);

    private static async Task<T> Run<T>(Func<T> work, SemaphoreSlim places)
    {
        await places.WaitAsync().ConfigureAwait(false);
        try
        {
            return await Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        finally
        {
            places.Release();
        }
    }

    /// <summary>Runs it.</summary>
    public static Task Run(Action work) => Run(() =>
    {
        work();
        return true;
    });
}
