using Akka.Actor;
using Akka.Pattern;

namespace Akka.Persistence.Snapshot;

/// <summary>The base of snapshot stores: the protocol with persistent actors, around four operations on the store.</summary>
public abstract class SnapshotStore : ActorBase
{
    private readonly CircuitBreaker _breaker;
    private readonly bool _publish;
    private readonly PersistenceExtension _extension;

    /// <summary>Creates the store with the settings below its configuration path.</summary>
    protected SnapshotStore()
    {
        _extension = Persistence.Instance.Apply(Context.System);
        _publish = _extension.PublishPluginCommands;
        _breaker = PluginBreaker.Create(Context.System.Scheduler, _extension.SnapshotStoreConfig(Self));
    }

    /// <summary>The newest snapshot that fits, or null.</summary>
    protected abstract Task<SelectedSnapshot> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria);

    /// <summary>Keeps a snapshot, instead of any with the same persistence id and sequence number.</summary>
    protected abstract Task SaveAsync(SnapshotMetadata metadata, object snapshot);

    /// <summary>Deletes one snapshot; whatever its time if the metadata has none.</summary>
    protected abstract Task DeleteAsync(SnapshotMetadata metadata);

    /// <summary>Deletes all snapshots that fit.</summary>
    protected abstract Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria);

    /// <summary>Handles messages that are not of the protocol.</summary>
    protected virtual bool ReceivePluginInternal(object message) => false;

    /// <inheritdoc/>
    protected sealed override bool Receive(object message) => ReceiveSnapshotStore(message) || ReceivePluginInternal(message);

    private bool ReceiveSnapshotStore(object message)
    {
        var actor = Sender;
        switch (message)
        {
            case LoadSnapshot load:
                Answer(actor, () => LoadFor(load), found => new LoadSnapshotResult(found!, load.ToSequenceNr), e => new LoadSnapshotFailed(e));
                break;
            case SaveSnapshot save:
                var metadata = save.Metadata.Timestamp != DateTime.MinValue ? save.Metadata
                    : new SnapshotMetadata(save.Metadata.PersistenceId, save.Metadata.SequenceNr, _extension.UtcNow);
                Answer(actor, Done(() => SaveAsync(metadata, save.Snapshot)), _ => new SaveSnapshotSuccess(metadata), e => new SaveSnapshotFailure(metadata, e));
                break;
            case DeleteSnapshot one:
                Answer(actor, Done(() => DeleteAsync(one.Metadata)), _ => new DeleteSnapshotSuccess(one.Metadata), e => new DeleteSnapshotFailure(one.Metadata, e));
                break;
            case DeleteSnapshots many:
                Answer(actor, Done(() => DeleteAsync(many.PersistenceId, many.Criteria)), _ => new DeleteSnapshotsSuccess(many.Criteria), e => new DeleteSnapshotsFailure(many.Criteria, e));
                break;
            default:
                return false;
        }

        if (_publish)
            Context.System.EventStream.Publish(message);
        return true;
    }

    private async Task<SelectedSnapshot?> LoadFor(LoadSnapshot load) => load.Criteria.Equals(SnapshotSelectionCriteria.None)
        ? null
        : await LoadAsync(load.PersistenceId, load.Criteria.Limit(load.ToSequenceNr)).ConfigureAwait(false);

    private static Func<Task<SelectedSnapshot?>> Done(Func<Task> work) => async () =>
    {
        await work().ConfigureAwait(false);
        return null;
    };

    private void Answer(
        IActorRef actor, Func<Task<SelectedSnapshot?>> work, Func<SelectedSnapshot?, object> success, Func<Exception, object> failure)
    {
        var self = Self;
        _ = RunAsync();

        async Task RunAsync()
        {
            object answer;
            try
            {
                answer = success(await _breaker.WithCircuitBreaker(work).ConfigureAwait(false));
            }
            catch (Exception e)
            {
                answer = failure(e is AggregateException { InnerException: { } inner } ? inner : e);
            }

            actor.Tell(answer, self);
        }
    }
}
