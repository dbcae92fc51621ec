namespace Akka.TestKit;

/// <summary>Log entries that do not reach the log until this is taken back.</summary>
public interface IUnmutableFilter : IDisposable
{
    /// <summary>Takes it back.</summary>
    void Unmute();
}

/// <summary>Says what is to cause the log entries, and how many; such entries do not reach the log meanwhile.</summary>
public interface IEventFilterApplier
{
    /// <summary>Or other entries.</summary>
    EventFilterFactory And { get; }

    /// <summary>Runs <paramref name="action"/>, which must cause one entry.</summary>
    void ExpectOne(Action action, CancellationToken cancellationToken = default);

    /// <summary>Runs <paramref name="action"/>, which must cause one entry in time.</summary>
    void ExpectOne(TimeSpan timeout, Action action, CancellationToken cancellationToken = default);

    /// <summary>Runs <paramref name="func"/>, which must cause one entry.</summary>
    T ExpectOne<T>(Func<T> func, CancellationToken cancellationToken = default);

    /// <summary>Runs <paramref name="func"/>, which must cause one entry in time.</summary>
    T ExpectOne<T>(TimeSpan timeout, Func<T> func, CancellationToken cancellationToken = default);

    /// <summary>Runs <paramref name="actionAsync"/>, which must cause one entry.</summary>
    Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default);

    /// <summary>Runs <paramref name="action"/>, which must cause one entry in time.</summary>
    Task ExpectOneAsync(TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default);

    /// <summary>Runs <paramref name="func"/>, which must cause one entry.</summary>
    Task<T> ExpectOneAsync<T>(Func<Task<T>> func, CancellationToken cancellationToken = default);

    /// <summary>Runs <paramref name="func"/>, which must cause one entry in time.</summary>
    Task<T> ExpectOneAsync<T>(TimeSpan timeout, Func<Task<T>> func, CancellationToken cancellationToken = default);

    /// <summary>Runs <paramref name="action"/>, which must cause so many entries.</summary>
    void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default);

    /// <summary>Runs <paramref name="action"/>, which must cause so many entries in time.</summary>
    void Expect(int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default);

    /// <summary>Runs <paramref name="func"/>, which must cause so many entries.</summary>
    T Expect<T>(int expectedCount, Func<T> func, CancellationToken cancellationToken = default);

    /// <summary>Runs <paramref name="func"/>, which must cause so many entries in time.</summary>
    T Expect<T>(int expectedCount, TimeSpan timeout, Func<T> func, CancellationToken cancellationToken = default);

    /// <summary>Runs <paramref name="actionAsync"/>, which must cause so many entries.</summary>
    Task ExpectAsync(int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken = default);

    /// <summary>Runs <paramref name="actionAsync"/>, which must cause so many entries in time.</summary>
    Task ExpectAsync(int expectedCount, Func<Task> actionAsync, TimeSpan? timeout, CancellationToken cancellationToken = default);

    /// <summary>Runs <paramref name="action"/>, which must cause so many entries in time.</summary>
    Task ExpectAsync(int expectedCount, TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default);

    /// <summary>Runs <paramref name="func"/>, which must cause so many entries.</summary>
    Task<T> ExpectAsync<T>(int expectedCount, Func<Task<T>> func, CancellationToken cancellationToken = default);

    /// <summary>Runs <paramref name="func"/>, which must cause so many entries in time.</summary>
    Task<T> ExpectAsync<T>(int expectedCount, TimeSpan timeout, Func<Task<T>> func, CancellationToken cancellationToken = default);

    /// <summary>Keeps such entries out of the log while <paramref name="action"/> runs.</summary>
    void Mute(Action action, CancellationToken cancellationToken = default);

    /// <summary>Keeps such entries out of the log while <paramref name="func"/> runs.</summary>
    T Mute<T>(Func<T> func, CancellationToken cancellationToken = default);

    /// <summary>Keeps such entries out of the log while <paramref name="action"/> runs.</summary>
    Task MuteAsync(Func<Task> action, CancellationToken cancellationToken = default);

    /// <summary>Keeps such entries out of the log while <paramref name="func"/> runs.</summary>
    Task<T> MuteAsync<T>(Func<Task<T>> func, CancellationToken cancellationToken = default);

    /// <summary>Keeps such entries out of the log until taken back.</summary>
    IUnmutableFilter Mute();
}
