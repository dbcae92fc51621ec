using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;

namespace Akka.Persistence;

/// <summary>
/// An actor whose state is the sum of its stored events. It answers commands by storing events and changes its state only in
/// the handlers that are called once they are stored; a new incarnation replays them.
/// <code>
///                 permit            snapshot or none          journal is done
/// WaitingForPermit ----> LoadingSnapshot ----> Replaying ----> Processing &lt;--> Persisting
///                              |                   |                |  Persist ...   |
///                              +---- failure ------+---> stopped &lt;--+---- failure ---+
/// </code>
/// Before Processing all commands wait in the internal stash; in Persisting those that arrive after a Persist do. All of it
/// runs on the actor's own turn; the journal answers by messages.
/// </summary>
public abstract class Eventsourced : ActorBase, IPersistenceRecovery, IPersistenceStash, IPersistentIdentity
{
    /// <summary>Which messages go back to the mailbox when the actor starts over: not those of the recovery itself.</summary>
    public static readonly Func<Envelope, bool> UnstashFilterPredicate =
        envelope => envelope.Message is not (WriteMessageSuccess or ReplayedMessage);

    private static int _lastInstanceId;

    private readonly int _instanceId = Interlocked.Increment(ref _lastInstanceId);
    private readonly string _writerGuid = Guid.NewGuid().ToString("N");
    private readonly ActorCell _cell;
    private readonly InternalStash _internalStash;
    private readonly PendingEvents _pending;
    private readonly RecoveryTimer _timer;
    private readonly Receive _receiveRecover;

    private Phase _phase = Phase.WaitingForPermit;
    private UserStash? _stash;
    private IStashOverflowStrategy? _overflowStrategy;
    private ILoggingAdapter? _log;
    private long _sequenceNr;
    private bool _holdsPermit;
    private bool _asyncCommandRuns;

    /// <summary>Creates the actor; it starts to recover when it is started.</summary>
    protected Eventsourced()
    {
        _cell = (ActorCell)Context;
        Extension = Persistence.Instance.Apply(Context.System);
        JournalPluginId = Extension.DefaultJournalPluginId;
        SnapshotPluginId = Extension.DefaultSnapshotPluginId;
        _internalStash = new InternalStash(_cell, Extension.InternalStashCapacity, () => InternalStashOverflowStrategy);
        _pending = new PendingEvents(() => Journal, Self, _instanceId);
        _timer = new RecoveryTimer(Context.System.Scheduler, Self);
        _receiveRecover = ReceiveRecover;
    }

    private enum Phase
    {
        WaitingForPermit,
        LoadingSnapshot,
        Replaying,
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
    public bool IsRecovering => _phase is Phase.WaitingForPermit or Phase.LoadingSnapshot or Phase.Replaying;

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
        Extension.RecoveryPermitter.Tell(RequestRecoveryPermit.Instance, Self);
        base.AroundPreStart();
    }

    /// <inheritdoc/>
    public override void AroundPreRestart(Exception cause, object? message)
    {
        try
        {
            LeaveRecovery();
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
        Extension.RecoveryPermitter.Tell(RequestRecoveryPermit.Instance, Self);
        base.AroundPostRestart(reason, message);
    }

    /// <inheritdoc/>
    public override void AroundPostStop()
    {
        try
        {
            LeaveRecovery();
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
            case Phase.WaitingForPermit:
                OnWaitingForPermit(message);
                break;
            case Phase.LoadingSnapshot:
                OnLoadingSnapshot(message);
                break;
            case Phase.Replaying:
                OnReplaying(message);
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
        switch (message)
        {
            case RecoveryCompleted:
                break;
            case SaveSnapshotFailure f:
                Log.Warning("Failed to save a snapshot of {0} at sequence number {1}: {2}", PersistenceId, f.Metadata.SequenceNr, f.Cause.Message);
                break;
            case DeleteSnapshotFailure f:
                Log.Warning("Failed to delete the snapshot of {0} at sequence number {1}: {2}", PersistenceId, f.Metadata.SequenceNr, f.Cause.Message);
                break;
            case DeleteSnapshotsFailure f:
                Log.Warning("Failed to delete the snapshots of {0} by {1}: {2}", PersistenceId, f.Criteria, f.Cause.Message);
                break;
            case DeleteMessagesFailure f:
                Log.Warning("Failed to delete the events of {0} up to sequence number {1}: {2}", PersistenceId, f.ToSequenceNr, f.Cause.Message);
                break;
            default:
                base.Unhandled(message);
                break;
        }
    }

    private static Action<object> Erase<TEvent>(Action<TEvent> handler) => e => handler((TEvent)e);

    private void OnWaitingForPermit(object message)
    {
        if (message is not RecoveryPermitGranted)
        {
            StashUnlessStale(message);
            return;
        }

        _holdsPermit = true;
        var recovery = Recovery;
        _phase = Phase.LoadingSnapshot;
        _timer.Start(Extension.RecoveryEventTimeout(JournalPluginId), snapshot: true);
        LoadSnapshot(SnapshotterId, recovery.FromSnapshot, recovery.ToSequenceNr);
    }

    private void OnLoadingSnapshot(object message)
    {
        switch (message)
        {
            case LoadSnapshotResult result:
                FromSnapshot(result);
                break;
            case LoadSnapshotFailed failed:
                FailRecovery(failed.Cause, null);
                break;
            case RecoveryTick { Snapshot: true }:
                FailRecovery(_timer.TimedOut("a snapshot"), null);
                break;
            default:
                StashUnlessStale(message);
                break;
        }
    }

    private void FromSnapshot(LoadSnapshotResult result)
    {
        if (result.Snapshot is { } snapshot)
        {
            LastSequenceNr = snapshot.Metadata.SequenceNr;
            var offer = new SnapshotOffer(snapshot.Metadata, snapshot.Snapshot);
            if (!ReplayToUser(offer, offer))
                return;
        }

        _phase = Phase.Replaying;
        _timer.Start(Extension.RecoveryEventTimeout(JournalPluginId), snapshot: false);
        var max = Recovery.ReplayMax;
        Journal.Tell(new ReplayMessages(LastSequenceNr + 1, result.ToSequenceNr, max, PersistenceId, Self));
    }

    private void OnReplaying(object message)
    {
        switch (message)
        {
            case ReplayedMessage { Persistent: var replayed }:
                _timer.Progress();
                AdvanceTo(replayed.SequenceNr);
                ReplayToUser(replayed.Payload, replayed.Payload);
                break;
            case RecoverySuccess success:
                FinishRecovery(success.HighestSequenceNr);
                break;
            case ReplayMessagesFailure failure:
                FailRecovery(failure.Cause, null);
                break;
            case RecoveryTick { Snapshot: false }:
                if (_timer.WithoutProgress())
                    FailRecovery(_timer.TimedOut("an event"), null);
                break;
            default:
                StashUnlessStale(message);
                break;
        }
    }

    private bool ReplayToUser(object message, object? blame)
    {
        try
        {
            base.AroundReceive(_receiveRecover, message);
            return true;
        }
        catch (Exception e)
        {
            FailRecovery(e, blame);
            return false;
        }
    }

    private void FinishRecovery(long highestSequenceNr)
    {
        _timer.Stop();
        OnReplaySuccess();
        AdvanceTo(highestSequenceNr);
        _sequenceNr = LastSequenceNr;
        _phase = Phase.Processing;
        try
        {
            base.AroundReceive(_receiveRecover, RecoveryCompleted.Instance);
        }
        finally
        {
            LeaveRecovery();
            AfterMessage();
        }
    }

    private void FailRecovery(Exception reason, object? message)
    {
        LeaveRecovery();
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

    private void ReturnStashes()
    {
        // The actor's own stash holds the older ones, so it comes second, to the very front.
        _internalStash.UnstashAll();
        _stash?.Release(UnstashFilterPredicate);
    }

    private void LeaveRecovery()
    {
        _timer.Stop();
        if (!_holdsPermit)
            return;
        _holdsPermit = false;
        Extension.RecoveryPermitter.Tell(ReturnRecoveryPermit.Instance, Self);
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
            if (!OnJournalResponse(message))
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

    private bool OnJournalResponse(object message)
    {
        switch (message)
        {
            case WriteMessageSuccess success:
                if (success.ActorInstanceId == _instanceId)
                    OnStored(success.Persistent);
                return true;
            case LoopMessageSuccess loop:
                if (loop.ActorInstanceId == _instanceId)
                    CallHandler(loop.Message);
                return true;
            case WriteMessageRejected rejected:
                if (rejected.ActorInstanceId == _instanceId)
                    OnRejected(rejected);
                return true;
            case WriteMessageFailure failure:
                if (failure.ActorInstanceId == _instanceId)
                    OnFailed(failure);
                return true;
            default:
                // The answers to single events say all that the answer to a whole request could.
                return message is IJournalResponse or RecoveryTick;
        }
    }

    private void OnStored(IPersistentRepresentation stored)
    {
        AdvanceTo(stored.SequenceNr);
        CallHandler(stored.Payload);
    }

    private void CallHandler(object payload)
    {
        var due = _pending.Peek();
        try
        {
            due.Handler(payload);
        }
        finally
        {
            _pending.Flush();
            _pending.Done();
            _pending.Answered();
        }
    }

    private void OnRejected(WriteMessageRejected rejected)
    {
        AdvanceTo(rejected.Persistent.SequenceNr);
        try
        {
            OnPersistRejected(rejected.Cause, rejected.Persistent.Payload, rejected.Persistent.SequenceNr);
        }
        finally
        {
            _pending.Done();
            _pending.Answered();
        }
    }

    private void OnFailed(WriteMessageFailure failure)
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

    private void AdvanceTo(long sequenceNr) => LastSequenceNr = Math.Max(LastSequenceNr, sequenceNr);

    private void RequireRecovered()
    {
        if (IsRecovering)
            throw new InvalidOperationException("Events cannot be stored while the past is being replayed; the first chance is RecoveryCompleted.");
    }
}
