namespace Akka.Actor;

/// <summary>Something scheduled that can be cancelled. Any thread.</summary>
public class Cancelable : ICancelable, IDisposable
{
    private readonly IActionScheduler _scheduler;
    private CancellationTokenSource? _source;
    private volatile bool _canceled;

    /// <summary>Not cancelled yet.</summary>
    public Cancelable(IScheduler scheduler)
        : this(scheduler.Advanced)
    {
    }

    /// <summary>Cancelled after <paramref name="delay"/>.</summary>
    public Cancelable(IScheduler scheduler, TimeSpan delay)
        : this(scheduler.Advanced, delay)
    {
    }

    /// <summary>Cancelled after so many milliseconds.</summary>
    public Cancelable(IScheduler scheduler, int millisecondsDelay)
        : this(scheduler, TimeSpan.FromMilliseconds(millisecondsDelay))
    {
    }

    /// <summary>Cancelled after <paramref name="delay"/>.</summary>
    public Cancelable(IActionScheduler scheduler, TimeSpan delay)
        : this(scheduler) => CancelAfter(delay);

    /// <summary>Not cancelled yet.</summary>
    public Cancelable(IActionScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        _scheduler = scheduler;
    }

    /// <inheritdoc/>
    public bool IsCancellationRequested => _canceled;

    /// <summary>Whether it has been disposed of.</summary>
    public bool IsDisposed { get; private set; }

    /// <inheritdoc/>
    public CancellationToken Token => Source().Token;

    /// <summary>One that is cancelled already.</summary>
    public static ICancelable CreateCanceled()
    {
        var canceled = new Cancelable(NoScheduler.Instance);
        canceled.Cancel();
        return canceled;
    }

    /// <summary>One that is cancelled as soon as one of <paramref name="cancelables"/> is.</summary>
    public static ICancelable CreateLinkedCancelable(IActionScheduler scheduler, params ICancelable[] cancelables) =>
        CreateLinkedCancelable(scheduler, cancelables.Select(c => c.Token).ToArray());

    /// <summary>One that is cancelled as soon as one of <paramref name="cancellationTokens"/> is.</summary>
    public static ICancelable CreateLinkedCancelable(IActionScheduler scheduler, params CancellationToken[] cancellationTokens)
    {
        var linked = new Cancelable(scheduler);
        foreach (var token in cancellationTokens)
            token.UnsafeRegister(static state => ((Cancelable)state!).Cancel(), linked);
        return linked;
    }

    /// <summary>One that is cancelled as soon as one of <paramref name="cancelables"/> is.</summary>
    public static ICancelable CreateLinkedCancelable(IScheduler scheduler, params ICancelable[] cancelables) =>
        CreateLinkedCancelable(scheduler.Advanced, cancelables);

    /// <summary>One that is cancelled as soon as one of <paramref name="cancellationTokens"/> is.</summary>
    public static ICancelable CreateLinkedCancelable(IScheduler scheduler, params CancellationToken[] cancellationTokens) =>
        CreateLinkedCancelable(scheduler.Advanced, cancellationTokens);

    /// <inheritdoc/>
    public void Cancel() => Cancel(throwOnFirstException: false);

    /// <inheritdoc/>
    public void Cancel(bool throwOnFirstException)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        _canceled = true;
        Volatile.Read(ref _source)?.Cancel(throwOnFirstException);
    }

    /// <inheritdoc/>
    public void CancelAfter(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (delay == TimeSpan.Zero)
            Cancel();
        else
            _scheduler.ScheduleOnce(delay, CancelUnlessDisposed, this);
    }

    /// <inheritdoc/>
    public void CancelAfter(int millisecondsDelay) => CancelAfter(TimeSpan.FromMilliseconds(millisecondsDelay));

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the token.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || IsDisposed)
            return;
        IsDisposed = true;
        _source?.Dispose();
    }

    private void CancelUnlessDisposed()
    {
        if (!IsDisposed)
            Cancel();
    }

    private CancellationTokenSource Source()
    {
        if (Volatile.Read(ref _source) is { } existing)
            return existing;
        var made = new CancellationTokenSource();
        var source = Interlocked.CompareExchange(ref _source, made, null) ?? made;
        if (_canceled)
            source.Cancel();
        return source;
    }

    /// <summary>For what is cancelled from the beginning and never schedules anything.</summary>
    private sealed class NoScheduler : IActionScheduler
    {
        internal static readonly NoScheduler Instance = new();

        public void ScheduleOnce(TimeSpan delay, Action action) => throw Refuse();

        public void ScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) => throw Refuse();

        public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action) => throw Refuse();

        public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) => throw Refuse();

        public void ScheduleOnce(TimeSpan delay, Dispatch.IRunnable action) => throw Refuse();

        public void ScheduleOnce(TimeSpan delay, Dispatch.IRunnable action, ICancelable? cancelable) => throw Refuse();

        public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Dispatch.IRunnable action) => throw Refuse();

        public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Dispatch.IRunnable action, ICancelable? cancelable) => throw Refuse();

        private static InvalidOperationException Refuse() => new("A cancelable that was made cancelled has no scheduler.");
    }
}

/// <summary>Cancels.</summary>
public static class CancelableExtensions
{
    /// <summary>Cancels it if there is anything to cancel.</summary>
    public static void CancelIfNotNull(this ICancelable? cancelable) => cancelable?.Cancel();
}
