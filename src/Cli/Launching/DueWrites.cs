namespace Trapline.Cli.Launching;

/// <summary>
/// Small writes that must be made some time: what a full disk refuses now is tried again, in order, until there is room. So nobody who watches over
/// processes waits for a disk, or ends because of one.
/// </summary>
internal sealed class DueWrites(TimeProvider time, CancellationToken stopping)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly Queue<Action> _due = [];
    private Task _retrying = Task.CompletedTask;

    /// <summary>Makes a write, now or as soon as there is room.</summary>
    /// <param name="write">What it does; tried again when it throws an <see cref="IOException"/>.</param>
    public void Do(Action write)
    {
        lock (_gate)
        {
            _due.Enqueue(write);
            if (!TryAll() && _retrying.IsCompleted)
                _retrying = RetryAsync();
        }
    }

    private async Task RetryAsync()
    {
        try
        {
            for (; ; )
            {
                await Task.Delay(Pause, time, stopping).ConfigureAwait(false);
                lock (_gate)
                {
                    if (TryAll())
                        return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The cluster ends; its last writes try what is due once more.
        }
    }

    private bool TryAll()
    {
        try
        {
            for (; _due.TryPeek(out var write); _due.Dequeue())
                write();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
