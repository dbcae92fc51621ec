using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;

namespace Akka.Persistence;

/// <summary>
/// An actor whose state is the sum of its stored events. It answers commands by storing events and changes its state only in
/// the handlers that are called once they are stored; a new incarnation replays them.
/// <code>
/// Recovering ---all replayed---&gt; Processing &lt;---Persist / all stored---&gt; Persisting
///     |                              |                                       |
///     +---failure---&gt; Failed: the actor stops &lt;---an event could not be stored---+
/// </code>
/// While Recovering all commands wait in the internal stash, while Persisting those that arrive after a Persist do. All of it
/// runs on the actor's own turn; plug-ins answer by messages.
/// </summary>
public abstract class Eventsourced : ActorBase, IPersistenceRecovery, IPersistenceStash, IPersistentIdentity
{
    /// <summary>Which messages go back to the mailbox when the actor starts over: not those of the recovery itself.</summary>
    public static readonly Func<Envelope, bool> UnstashFilterPredicate =
        envelope => envelope.Message is not (WriteMessageSuccess or ReplayedMessage);

    private readonly string _writerGuid = Guid.NewGuid().ToString("N");
    private readonly ActorCell _cell;
    private readonly InternalStash _internalStash;
    private readonly PendingEvents _pending;
    private readonly RecoveryRun _recovery;
    private readonly Receive _receiveRecover;

    private Phase _phase = Phase.Recovering;
    private UserStash? _stash;
    private IStashOverflowStrategy? _overflowStrategy;
    private ILoggingAdapter? _log;
    private long _sequenceNr;
    private bool _asyncCommandRuns;

    /// <summary>Creates the actor; it starts to recover when it is started.</summary>
    protected Eventsourced()
    {
        _cell = (ActorCell)Context;
        Extension = Persistence.Instance.Apply(Context.System);
        JournalPluginId = Extension.DefaultJournalPluginId;
        SnapshotPluginId = Extension.DefaultSnapshotPluginId;
        _internalStash = new InternalStash(_cell, Extension.InternalStashCapacity, () => InternalStashOverflowStrategy);
        _pending = new PendingEvents(this, Self);
        _recovery = new RecoveryRun(this, Extension, Context.System.Scheduler, Self);
        _receiveRecover = ReceiveRecover;
    }

    private enum Phase
    {
        Recovering,
        Processing,
        Persisting,
        Failed,
    }

    /// <inheritdoc/>
    public abstract string PersistenceId { get; }

    /// <inheritdoc/>
    public string JournalPluginId { get; protected set; }

    /// <inheritdoc/>
    public string SnapshotPluginId { get; protected set; }

    /// <summary>The id under which snapshots are kept: the persistence id.</summary>
    public string SnapshotterId => PersistenceId;

    /// <inheritdoc/>
    public virtual Recovery Recovery => Recovery.Default;

    /// <inheritdoc/>
    public virtual IStashOverflowStrategy InternalStashOverflowStrategy =>
        _overflowStrategy ??= Extension.DefaultInternalStashOverflowStrategy;

    /// <summary>The stash for this actor's own use.</summary>
    public IStash Stash
    {
        get => _stash!;
        set => _stash = new UserStash(value, _cell, _internalStash);
    }

    /// <summary>The journal.</summary>
    public IActorRef Journal => Extension.JournalFor(JournalPluginId);

    /// <summary>The snapshot store.</summary>
    public IActorRef SnapshotStore => Extension.SnapshotStoreFor(SnapshotPluginId);

    /// <summary>The number of the last event that was replayed or stored.</summary>
    public long LastSequenceNr { get; private set; }

    /// <summary>The number of the event that a snapshot taken now covers.</summary>
    public long SnapshotSequenceNr => LastSequenceNr;

    /// <summary>Whether the past is still being replayed.</summary>
    public bool IsRecovering => _phase == Phase.Recovering;

    /// <summary>Whether all of the past is replayed.</summary>
    public bool IsRecoveryFinished => !IsRecovering;

    /// <summary>The persistence extension of this actor system.</summary>
    protected PersistenceExtension Extension { get; }

    /// <summary>This actor's logger.</summary>
    protected virtual ILoggingAdapter Log => _log ??= Context.GetLogger();

    /// <summary>Stores an event, then calls the handler. Commands wait until it has been called.</summary>
    public void Persist<TEvent>(TEvent @event, Action<TEvent> handler)
    {
        RequireRecovered();
        _pending.AddStashing(@event!, Erase(handler));
        _pending.AddWrite([Represent(@event!)]);
    }

    /// <summary>Stores events together or not at all, then calls the handler for each. Commands wait until it has been called.</summary>
    public void PersistAll<TEvent>(IEnumerable<TEvent> events, Action<TEvent> handler)
    {
        RequireRecovered();
        AddAll(events, e => _pending.AddStashing(e!, Erase(handler)));
    }

    /// <summary>Stores an event, then calls the handler. Commands that arrive meanwhile do not wait.</summary>
    public void PersistAsync<TEvent>(TEvent @event, Action<TEvent> handler)
    {
        RequireRecovered();
        _pending.AddAsync(@event!, Erase(handler));
        _pending.AddWrite([Represent(@event!)]);
    }

    /// <summary>Stores events together or not at all, then calls the handler for each. Commands that arrive meanwhile do not wait.</summary>
    public void PersistAllAsync<TEvent>(IEnumerable<TEvent> events, Action<TEvent> handler)
    {
        RequireRecovered();
        AddAll(events, e => _pending.AddAsync(e!, Erase(handler)));
    }

    /// <summary>Calls the handler once all events before it are stored; stores nothing.</summary>
    public void DeferAsync<TEvent>(TEvent evt, Action<TEvent> handler)
    {
        RequireRecovered();
        if (_pending.NoHandlers)
        {
            handler(evt);
            return;
        }

        _pending.AddAsync(evt!, Erase(handler));
        _pending.AddLoop(evt!, Sender);
    }

    /// <summary>Deletes the events up to a sequence number. <see cref="DeleteMessagesSuccess"/> or a failure comes as a command.</summary>
    public void DeleteMessages(long toSequenceNr) =>
        Journal.Tell(new DeleteMessagesTo(PersistenceId, toSequenceNr, Self));

    /// <summary>Asks for a snapshot; the answer comes as a message.</summary>
    public void LoadSnapshot(string persistenceId, SnapshotSelectionCriteria criteria, long toSequenceNr) =>
        SnapshotStore.Tell(new LoadSnapshot(persistenceId, criteria, toSequenceNr));

    /// <summary>Keeps a snapshot of the state. <see cref="SaveSnapshotSuccess"/> or a failure comes as a command.</summary>
    public void SaveSnapshot(object snapshot) => SnapshotStore.Tell(
        new SaveSnapshot(new SnapshotMetadata(SnapshotterId, SnapshotSequenceNr, Extension.UtcNow), snapshot));

    /// <summary>Deletes the snapshot with this sequence number. <see cref="DeleteSnapshotSuccess"/> or a failure comes as a command.</summary>
    public void DeleteSnapshot(long sequenceNr) =>
        SnapshotStore.Tell(new DeleteSnapshot(new SnapshotMetadata(SnapshotterId, sequenceNr, DateTime.MinValue)));

    /// <summary>Deletes all snapshots that fit. <see cref="DeleteSnapshotsSuccess"/> or a failure comes as a command.</summary>
    public void DeleteSnapshots(SnapshotSelectionCriteria criteria) =>
        SnapshotStore.Tell(new DeleteSnapshots(SnapshotterId, criteria));

    /// <inheritdoc/>
    public override void AroundPreStart()
    {
        if (string.IsNullOrWhiteSpace(PersistenceId))
            throw new ArgumentException($"{GetType()} has no persistence id: PersistenceId must not be null or empty.");
        // A missing plug-in is to fail the actor now, not its first event.
        _ = Journal;
        _ = SnapshotStore;
        _recovery.Request();
        base.AroundPreStart();
    }

    /// <inheritdoc/>
    public override void AroundPreRestart(Exception cause, object? message)
    {
        try
        {
            _recovery.Leave();
            ReturnStashes();
        }
        finally
        {
            _pending.FlushForRestart();
            // Users know the event, not the envelope in which the journal sent it back.
            var known = message switch
            {
                WriteMessageSuccess success => success.Persistent.Payload,
                LoopMessageSuccess loop => loop.Message,
                ReplayedMessage replayed => replayed.Persistent.Payload,
                _ => message,
            };
            base.AroundPreRestart(cause, known);
        }
    }

    /// <inheritdoc/>
    public override void AroundPostRestart(Exception reason, object? message)
    {
        _recovery.Request();
        base.AroundPostRestart(reason, message);
    }

    /// <inheritdoc/>
    public override void AroundPostStop()
    {
        try
        {
            _recovery.Leave();
            ReturnStashes();
        }
        finally
        {
            base.AroundPostStop();
        }
    }

    /// <inheritdoc/>
    protected internal override bool AroundReceive(Receive receive, object message)
    {
        switch (_phase)
        {
            case Phase.Recovering:
                if (!_recovery.Take(message))
                    StashUnlessStale(message);
                break;
            case Phase.Processing or Phase.Persisting:
                OnRecovered(receive, message);
                break;
        }

        return true;
    }

    /// <summary>Handles a replayed event, <see cref="SnapshotOffer"/> or <see cref="RecoveryCompleted"/>.</summary>
    protected abstract bool ReceiveRecover(object message);

    /// <summary>Handles a command.</summary>
    protected abstract bool ReceiveCommand(object message);

    /// <summary>Called when all events are replayed, before <see cref="RecoveryCompleted"/>.</summary>
    protected virtual void OnReplaySuccess()
    {
    }

    /// <summary>Called when the recovery fails; the actor is stopped afterwards.</summary>
    /// <param name="reason">What went wrong.</param>
    /// <param name="message">The event whose handler failed; null if it was not a handler.</param>
    protected virtual void OnRecoveryFailure(Exception reason, object? message = null)
    {
        if (message is null)
            Log.Error(reason, "Recovery of persistence id {0} failed after sequence number {1}: {2}", PersistenceId, LastSequenceNr, reason.Message);
        else
            Log.Error(reason, "Recovery of persistence id {0} failed while replaying {1} at sequence number {2}: {3}", PersistenceId, message.GetType(), LastSequenceNr, reason.Message);
    }

    /// <summary>Called when an event could not be stored, or may not have been; the actor is stopped afterwards.</summary>
    protected virtual void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        Log.Error(cause, "Failed to store {0} with sequence number {1} of persistence id {2}: {3}", @event.GetType(), sequenceNr, PersistenceId, cause.Message);

    /// <summary>Called when the journal refused an event, which is not stored; the actor goes on.</summary>
    protected virtual void OnPersistRejected(Exception cause, object @event, long sequenceNr) =>
        Log.Error(cause, "The journal refused {0} with sequence number {1} of persistence id {2}: {3}", @event.GetType(), sequenceNr, PersistenceId, cause.Message);

    /// <summary>Runs an asynchronous command handler; no other message is taken until it is done.</summary>
    protected void RunTask(Func<Task> action)
    {
        // Before the task starts, which may be after the command's turn: what the command leaves open is closed once, at its end.
        _asyncCommandRuns = true;
        _cell.TaskScheduler.RunHandler(
            async _ =>
            {
                try
                {
                    await action();
                }
                finally
                {
                    _asyncCommandRuns = false;
                    AfterMessage();
                }
            },
            null);
    }

    /// <inheritdoc/>
    protected override void Unhandled(object message)
    {
        if (message is not RecoveryCompleted && !PluginFailures.TryLog(Log, PersistenceId, message))
            base.Unhandled(message);
    }

    /// <summary>Passes a replayed event or a snapshot to the recovery handler.</summary>
    internal void Replay(object message) => base.AroundReceive(_receiveRecover, message);

    /// <summary>Notes that all events up to this one are known.</summary>
    internal void AdvanceTo(long sequenceNr) => LastSequenceNr = Math.Max(LastSequenceNr, sequenceNr);

    /// <summary>All of the past is replayed.</summary>
    internal void FinishRecovery(long highestSequenceNr)
    {
        OnReplaySuccess();
        AdvanceTo(highestSequenceNr);
        _sequenceNr = LastSequenceNr;
        _phase = Phase.Processing;
        try
        {
            Replay(RecoveryCompleted.Instance);
        }
        finally
        {
            _recovery.Leave();
            AfterMessage();
        }
    }

    /// <summary>The past cannot be replayed.</summary>
    internal void FailRecovery(Exception reason, object? message)
    {
        _recovery.Leave();
        _phase = Phase.Failed;
        try
        {
            OnRecoveryFailure(reason, message);
        }
        finally
        {
            Context.Stop(Self);
        }
    }

    /// <summary>The journal refused an event.</summary>
    internal void Refused(WriteMessageRejected refused) =>
        OnPersistRejected(refused.Cause, refused.Persistent.Payload, refused.Persistent.SequenceNr);

    /// <summary>An event could not be stored.</summary>
    internal void FailPersist(WriteMessageFailure failure)
    {
        _phase = Phase.Failed;
        try
        {
            OnPersistFailure(failure.Cause, failure.Persistent.Payload, failure.Persistent.SequenceNr);
        }
        finally
        {
            Context.Stop(Self);
        }
    }

    private static Action<object> Erase<TEvent>(Action<TEvent> handler) => e => handler((TEvent)e);

    private void ReturnStashes()
    {
        // The actor's own stash holds the older ones, so it comes second, to the very front.
        _internalStash.UnstashAll();
        _stash?.Release(UnstashFilterPredicate);
    }

    // Answers of plug-ins to an earlier incarnation are not commands of this one.
    private void StashUnlessStale(object message)
    {
        if (message is not (IJournalResponse or RecoveryTick or LoadSnapshotResult or LoadSnapshotFailed))
            _internalStash.StashCurrent(message);
    }

    private void OnRecovered(Receive receive, object message)
    {
        try
        {
            if (!_pending.Take(message))
            {
                if (_phase == Phase.Persisting)
                    _internalStash.StashCurrent(message);
                else
                    base.AroundReceive(receive, message);
            }
        }
        finally
        {
            if (!_asyncCommandRuns)
                AfterMessage();
        }
    }

    private void AfterMessage()
    {
        if (_phase == Phase.Failed)
            return;
        _pending.Flush();
        _phase = _pending.Stashing > 0 ? Phase.Persisting : Phase.Processing;
        if (_phase == Phase.Processing)
            _internalStash.UnstashOne();
    }

    private void AddAll<TEvent>(IEnumerable<TEvent> events, Action<TEvent> addHandler)
    {
        ArgumentNullException.ThrowIfNull(events);
        var write = ImmutableList.CreateBuilder<IPersistentRepresentation>();
        foreach (var e in events)
        {
            addHandler(e);
            write.Add(Represent(e!));
        }

        if (write.Count > 0)
            _pending.AddWrite(write.ToImmutable());
    }

    private Persistent Represent(object payload) =>
        new(payload, ++_sequenceNr, PersistenceId, sender: Sender, writerGuid: _writerGuid);

    private void RequireRecovered()
    {
        if (IsRecovering)
            throw new InvalidOperationException("Events cannot be stored while the past is being replayed; the first chance is RecoveryCompleted.");
    }
}
