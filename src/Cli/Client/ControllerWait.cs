namespace Trapline.Cli.Client;

/// <summary>
/// Has requests live through the time between two controllers. A read is asked again until one answers; a change is asked for only when a controller
/// has just answered, and again only if it cannot have been made.
/// </summary>
/// <param name="mayCome">Whether a controller may answer soon: where nothing of a cluster runs, nothing is waited for.</param>
/// <param name="say">Tells the user what is waited for.</param>
/// <param name="time">The clock.</param>
internal sealed class ControllerWait(Func<bool> mayCome, Action<string> say, TimeProvider time)
{
    /// <summary>A controller that answered so lately need not be looked for again.</summary>
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private long _answeredAt;
    private int _told;

    /// <summary>How long one request may last in all.</summary>
    public TimeSpan Most { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether a controller has answered within the last moments.</summary>
    public bool HasJustAnswered => Volatile.Read(ref _answeredAt) is > 0 and var at && time.GetElapsedTime(at) < Lately;

    /// <summary>Asks until a controller answers, it is certain that none will, or it has lasted too long.</summary>
    /// <param name="mayRepeat">Whether the request may be asked again after this failure.</param>
    /// <param name="ask">Asks once.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<T> UntilAnsweredAsync<T>(Func<NoControllerException, bool> mayRepeat, Func<CancellationToken, Task<T>> ask, CancellationToken cancellation)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var silence = time.CreateTimer(_ => Tell(), null, Silence, Timeout.InfiniteTimeSpan);
        var began = time.GetTimestamp();
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                var answer = await ask(isFirst ? cancellation : bound.Token).ConfigureAwait(false);
                Volatile.Write(ref _answeredAt, time.GetTimestamp());
                return answer;
            }
            catch (NoControllerException e) when (mayRepeat(e) && mayCome() && time.GetElapsedTime(began) < Most)
            {
                if (isFirst)
                    bound.CancelAfter(Most - time.GetElapsedTime(began));
            }
            catch (OperationCanceledException) when (bound.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                throw GivenUp();
            }
            catch (NoControllerException) when (time.GetElapsedTime(began) >= Most)
            {
                throw GivenUp();
            }

            await Task.Delay(Pause, time, cancellation).ConfigureAwait(false);
        }
    }

    private void Tell()
    {
        if (Interlocked.Exchange(ref _told, 1) == 0)
            say($"no controller has answered yet: one is waited for, at most {Most.TotalSeconds:0} s");
    }

    private CliException GivenUp() => new(ExitCodes.Unavailable, $"no controller has answered within {Most.TotalSeconds:0} s: 'trapline status' shows which processes there are, and their logs in logs/ of the data root tell more");
}
