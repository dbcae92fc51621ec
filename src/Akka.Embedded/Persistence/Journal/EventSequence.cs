namespace Akka.Persistence.Journal;

/// <summary>The events that one event of a journal stands for.</summary>
public interface IEventSequence
{
    /// <summary>The events, in order.</summary>
    IEnumerable<object> Events { get; }
}

/// <summary>No event at all.</summary>
public interface IEmptyEventSequence : IEventSequence;

/// <summary>Makes event sequences.</summary>
public static class EventSequence
{
    /// <summary>No event at all.</summary>
    public static IEventSequence Empty = EmptyEventSequence.Instance;

    /// <summary>One event.</summary>
    public static IEventSequence Single(object e) => new SingleEventSequence(e);

    /// <summary>Several events.</summary>
    public static IEventSequence Create(params object[] events) => new EventSequence<object>(events);

    /// <summary>Several events.</summary>
    public static IEventSequence Create(IEnumerable<object> events) => new EventSequence<object>(events);
}

/// <summary>No event at all.</summary>
public sealed class EmptyEventSequence : IEmptyEventSequence, IEquatable<IEventSequence>
{
    /// <summary>The only instance.</summary>
    public static readonly EmptyEventSequence Instance = new();

    private EmptyEventSequence()
    {
    }

    /// <inheritdoc/>
    public IEnumerable<object> Events => [];

    /// <inheritdoc/>
    public bool Equals(IEventSequence? other) => other is EmptyEventSequence;
}

/// <summary>One event.</summary>
public struct SingleEventSequence : IEventSequence, IEquatable<IEventSequence>
{
    private readonly object _event;

    /// <summary>Creates the sequence.</summary>
    public SingleEventSequence(object e) => _event = e;

    /// <inheritdoc/>
    public IEnumerable<object> Events => [_event];

    /// <inheritdoc/>
    public bool Equals(IEventSequence? other) => other is SingleEventSequence single && Equals(_event, single._event);
}

/// <summary>Several events.</summary>
public class EventSequence<T> : IEventSequence, IEquatable<IEventSequence>
{
    private readonly object[] _events;

    /// <summary>Creates the sequence.</summary>
    public EventSequence(IEnumerable<object> events) => _events = [.. events];

    /// <inheritdoc/>
    public IEnumerable<object> Events => _events;

    /// <inheritdoc/>
    public bool Equals(IEventSequence? other) => other is not null && _events.SequenceEqual(other.Events);
}
