using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Persistence.Journal;

/// <summary>What journals do to events on their way to and from the store.</summary>
public abstract class WriteJournalBase : ActorBase
{
    private readonly EventAdapters _adapters;

    /// <summary>Creates the journal.</summary>
    protected WriteJournalBase()
    {
        var extension = Persistence.Instance.Apply(Context.System);
        _adapters = EventAdapters.Create((ExtendedActorSystem)Context.System, extension.JournalConfig(Self));
    }

    /// <summary>Picks what is to be written out of a request, adapted to the journal.</summary>
    protected IEnumerable<AtomicWrite> PreparePersistentBatch(IEnumerable<IPersistentEnvelope> resequenceables)
    {
        foreach (var write in resequenceables.OfType<AtomicWrite>())
        {
            var events = write.Events.Select(e => AdaptToJournal(
                e.Update(e.SequenceNr, e.PersistenceId, e.IsDeleted, ActorRefs.NoSender, e.WriterGuid)));
            yield return new AtomicWrite(events.ToImmutableList());
        }
    }

    /// <summary>An event as the journal is to hold it.</summary>
    protected IPersistentRepresentation AdaptToJournal(IPersistentRepresentation representation)
    {
        var payload = representation.Payload;
        var adapter = _adapters.Get(payload.GetType());
        return ReferenceEquals(adapter, IdentityEventAdapter.Instance)
            ? representation
            : representation.WithPayload(adapter.ToJournal(payload)).WithManifest(adapter.Manifest(payload));
    }

    /// <summary>The events that one event of the journal stands for.</summary>
    protected IEnumerable<IPersistentRepresentation> AdaptFromJournal(IPersistentRepresentation representation)
    {
        var adapter = _adapters.Get(representation.Payload.GetType());
        if (ReferenceEquals(adapter, IdentityEventAdapter.Instance))
            return [representation];
        return adapter.FromJournal(representation.Payload, representation.Manifest).Events.Select(representation.WithPayload);
    }
}
