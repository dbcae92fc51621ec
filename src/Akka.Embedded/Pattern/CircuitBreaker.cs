using Akka.Actor;

namespace Akka.Pattern;

/// <summary>
/// Makes calls to something that may be down, and stops making them while it is.
/// <code>
///          maxFailures in a row           after the reset time-out
///  Closed ---------------------&gt; Open ----------------------------&gt; HalfOpen
///    ^                             ^                                   |  |
///    |                             +-------- the one call fails -------+  |
///    +------------------------ the one call succeeds ---------------------+
/// </code>
/// A call that takes longer than the call time-out counts as failed. Any thread may use it.
/// </summary>
public class CircuitBreaker
{
    private readonly Lock _lock = new();
    private readonly List<Action> _onOpen = [];
    private readonly List<Action> _onHalfOpen = [];
    private readonly List<Action> _onClose = [];
    private State _state = State.Closed;
    private bool _trying;
    private int _failures;
    private TimeSpan _currentReset;
    private TimeSpan _opened;

    /// <summary>Creates a breaker whose reset time-out stays the same.</summary>
    public CircuitBreaker(IScheduler scheduler, int maxFailures, TimeSpan callTimeout, TimeSpan resetTimeout)
        : this(scheduler, maxFailures, callTimeout, resetTimeout, TimeSpan.FromDays(36500), 1.0)
    {
    }

    /// <summary>Creates a breaker whose reset time-out grows each time the try after it fails.</summary>
    public CircuitBreaker(
        IScheduler scheduler, int maxFailures, TimeSpan callTimeout, TimeSpan resetTimeout, TimeSpan maxResetTimeout, double exponentialBackoffFactor)
        : this(scheduler, maxFailures, callTimeout, resetTimeout, maxResetTimeout, exponentialBackoffFactor, 0.0)
    {
    }

    /// <summary>Creates a breaker whose reset time-out grows each time the try after it fails, with a random part.</summary>
    public CircuitBreaker(
        IScheduler scheduler, int maxFailures, TimeSpan callTimeout, TimeSpan resetTimeout, TimeSpan maxResetTimeout, double exponentialBackoffFactor, double randomFactor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(exponentialBackoffFactor, 1.0);
        ArgumentOutOfRangeException.ThrowIfNegative(randomFactor);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(randomFactor, 1.0);
        Scheduler = scheduler;
        MaxFailures = maxFailures;
        CallTimeout = callTimeout;
        ResetTimeout = resetTimeout;
        MaxResetTimeout = maxResetTimeout;
        ExponentialBackoffFactor = exponentialBackoffFactor;
        RandomFactor = randomFactor;
        _currentReset = resetTimeout;
    }

    private enum State
    {
        Closed,
        Open,
        HalfOpen,
    }

    /// <summary>What wakes the breaker after the reset time-out.</summary>
    public IScheduler Scheduler { get; }

    /// <summary>How many failures in a row open the breaker.</summary>
    public int MaxFailures { get; }

    /// <summary>How long a call may take.</summary>
    public TimeSpan CallTimeout { get; }

    /// <summary>How long the breaker stays open at first.</summary>
    public TimeSpan ResetTimeout { get; }

    /// <summary>How long the breaker stays open at most.</summary>
    public TimeSpan MaxResetTimeout { get; }

    /// <summary>By what the reset time-out grows.</summary>
    public double ExponentialBackoffFactor { get; }

    /// <summary>The largest random part of the reset time-out.</summary>
    public double RandomFactor { get; }

    /// <summary>Failures in a row while closed.</summary>
    public long CurrentFailureCount => _failures;

    /// <summary>The last failure.</summary>
    public Exception? LastCaughtException { get; private set; }

    /// <summary>Whether calls are made.</summary>
    public bool IsClosed => _state == State.Closed;

    /// <summary>Whether calls are refused.</summary>
    public bool IsOpen => _state == State.Open;

    /// <summary>Whether one call is made to see how things are.</summary>
    public bool IsHalfOpen => _state == State.HalfOpen;

    /// <summary>Creates a breaker whose reset time-out stays the same.</summary>
    public static CircuitBreaker Create(IScheduler scheduler, int maxFailures, TimeSpan callTimeout, TimeSpan resetTimeout) =>
        new(scheduler, maxFailures, callTimeout, resetTimeout);

    /// <summary>The same breaker, closed, whose reset time-out doubles each time the try after it fails.</summary>
    public CircuitBreaker WithExponentialBackoff(TimeSpan maxResetTimeout) =>
        new(Scheduler, MaxFailures, CallTimeout, ResetTimeout, maxResetTimeout, 2.0, RandomFactor);

    /// <summary>The same breaker, closed, whose reset time-out has a random part.</summary>
    public CircuitBreaker WithRandomFactor(double randomFactor) =>
        new(Scheduler, MaxFailures, CallTimeout, ResetTimeout, MaxResetTimeout, ExponentialBackoffFactor, randomFactor);

    /// <summary>Calls <paramref name="callback"/> each time the breaker opens.</summary>
    public CircuitBreaker OnOpen(Action callback) => Register(_onOpen, callback);

    /// <summary>Calls <paramref name="callback"/> each time one call is let through again.</summary>
    public CircuitBreaker OnHalfOpen(Action callback) => Register(_onHalfOpen, callback);

    /// <summary>Calls <paramref name="callback"/> each time the breaker closes.</summary>
    public CircuitBreaker OnClose(Action callback) => Register(_onClose, callback);

    /// <summary>Makes a call.</summary>
    public async Task<T> WithCircuitBreaker<T>(Func<Task<T>> body)
    {
        Enter();
        T result;
        try
        {
            result = await body().WaitAsync(CallTimeout).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Failed(e);
            throw;
        }

        Succeeded();
        return result;
    }

    /// <summary>Makes a call.</summary>
    public Task<T> WithCircuitBreaker<T, TState>(TState state, Func<TState, Task<T>> body) => WithCircuitBreaker(() => body(state));

    /// <summary>Makes a call.</summary>
    public Task WithCircuitBreaker(Func<Task> body) => WithCircuitBreaker(async () =>
    {
        await body().ConfigureAwait(false);
        return true;
    });

    /// <summary>Makes a call.</summary>
    public Task WithCircuitBreaker<TState>(TState state, Func<TState, Task> body) => WithCircuitBreaker(() => body(state));

    /// <summary>Makes a call on this thread; one that took too long counts as failed although its result is returned.</summary>
    public T WithSyncCircuitBreaker<T>(Func<T> body)
    {
        Enter();
        var start = Scheduler.MonotonicClock;
        T result;
        try
        {
            result = body();
        }
        catch (Exception e)
        {
            Failed(e);
            throw;
        }

        if (Scheduler.MonotonicClock - start > CallTimeout)
            Failed(new TimeoutException($"The call took longer than {CallTimeout}."));
        else
            Succeeded();
        return result;
    }

    /// <summary>Makes a call on this thread.</summary>
    public void WithSyncCircuitBreaker(Action body) => WithSyncCircuitBreaker(() =>
    {
        body();
        return true;
    });

    /// <summary>Reports that a call made otherwise succeeded.</summary>
    public void Succeed() => Succeeded();

    /// <summary>Reports that a call made otherwise failed.</summary>
    public void Fail() => Failed(new UserCalledFailException());

    private static void Notify(List<Action> callbacks)
    {
        foreach (var callback in callbacks)
            Task.Run(callback);
    }

    private CircuitBreaker Register(List<Action> callbacks, Action callback)
    {
        lock (_lock)
        {
            callbacks.Add(callback);
        }

        return this;
    }

    private void Enter()
    {
        lock (_lock)
        {
            if (_state == State.Closed)
                return;
            if (_state == State.HalfOpen && !_trying)
            {
                _trying = true;
                return;
            }

            var left = _state == State.Open ? _currentReset - (Scheduler.MonotonicClock - _opened) : TimeSpan.Zero;
            throw new OpenCircuitException(LastCaughtException, left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
    }

    private void Succeeded()
    {
        lock (_lock)
        {
            _failures = 0;
            _trying = false;
            if (_state != State.HalfOpen)
                return;
            _state = State.Closed;
            _currentReset = ResetTimeout;
            Notify(_onClose);
        }
    }

    private void Failed(Exception cause)
    {
        lock (_lock)
        {
            LastCaughtException = cause;
            if (_state == State.HalfOpen)
            {
                _trying = false;
                _currentReset = Longer(_currentReset);
                Open();
            }
            else if (_state == State.Closed && ++_failures >= MaxFailures)
            {
                Open();
            }
        }
    }

    private void Open()
    {
        _state = State.Open;
        _opened = Scheduler.MonotonicClock;
        Notify(_onOpen);
        // A part of chance keeps breakers that opened together from trying together.
        var wait = _currentReset * (1 + (RandomFactor * Random(_opened)));
        Scheduler.Advanced.ScheduleOnce(wait, HalfOpen);
    }

    private void HalfOpen()
    {
        lock (_lock)
        {
            if (_state != State.Open)
                return;
            _state = State.HalfOpen;
            _failures = 0;
            Notify(_onHalfOpen);
        }
    }

    private TimeSpan Longer(TimeSpan reset)
    {
        var longer = reset * ExponentialBackoffFactor;
        return longer < MaxResetTimeout ? longer : MaxResetTimeout;
    }

    private static double Random(TimeSpan seed) => new Random(seed.GetHashCode()).NextDouble();
}
