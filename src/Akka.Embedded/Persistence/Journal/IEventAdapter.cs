namespace Akka.Persistence.Journal;

/// <summary>Turns events into what the journal holds.</summary>
public interface IWriteEventAdapter
{
    /// <summary>A hint for reading the event back; empty if none is needed.</summary>
    string Manifest(object evt);

    /// <summary>What the journal is to hold; perhaps <see cref="Tagged"/>.</summary>
    object ToJournal(object evt);
}

/// <summary>Turns what the journal holds into events.</summary>
public interface IReadEventAdapter
{
    /// <summary>The events that one event of the journal stands for: none, one or several.</summary>
    IEventSequence FromJournal(object evt, string manifest);
}

/// <summary>Turns events into what the journal holds, and back.</summary>
public interface IEventAdapter : IReadEventAdapter, IWriteEventAdapter;

/// <summary>Leaves events as they are.</summary>
public sealed class IdentityEventAdapter : IEventAdapter
{
    private IdentityEventAdapter()
    {
    }

    /// <summary>The only instance.</summary>
    public static IdentityEventAdapter Instance { get; } = new();

    /// <inheritdoc/>
    public string Manifest(object evt) => "";

    /// <inheritdoc/>
    public object ToJournal(object evt) => evt;

    /// <inheritdoc/>
    public IEventSequence FromJournal(object evt, string manifest) => EventSequence.Single(evt);
}
