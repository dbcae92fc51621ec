using Akka.Actor;

namespace Akka.Persistence;

/// <summary>
/// One actor's recovery, from leave to recover to its end: a snapshot if there is one, then the events after it.
/// <code>
/// WaitingForPermit --permit--&gt; LoadingSnapshot --snapshot or none--&gt; Replaying --all events--&gt; over
///                                     |                                 |
///                                     +--- failure, silence, or a handler that throws ---&gt; failed
/// </code>
/// Runs on the actor's own turn. What the messages mean to the actor is the owner's part.
/// </summary>
internal sealed class RecoveryRun(Eventsourced owner, PersistenceExtension extension, IScheduler scheduler, IActorRef self)
{
    private readonly RecoveryTimer _timer = new(scheduler, self);
    private Phase _phase = Phase.WaitingForPermit;
    private bool _holdsPermit;

    private enum Phase
    {
        WaitingForPermit,
        LoadingSnapshot,
        Replaying,
    }

    /// <summary>Asks for leave to recover.</summary>
    public void Request() => extension.RecoveryPermitter.Tell(RequestRecoveryPermit.Instance, self);

    /// <summary>Takes a message; false if it has nothing to do with the recovery.</summary>
    public bool Take(object message)
    {
        switch (_phase)
        {
            case Phase.WaitingForPermit when message is RecoveryPermitGranted:
                Start();
                return true;
            case Phase.LoadingSnapshot:
                return TakeSnapshot(message);
            case Phase.Replaying:
                return TakeEvent(message);
            default:
                return false;
        }
    }

    /// <summary>The recovery is over, whatever became of it: lets the next actor recover.</summary>
    public void Leave()
    {
        _timer.Stop();
        if (!_holdsPermit)
            return;
        _holdsPermit = false;
        extension.RecoveryPermitter.Tell(ReturnRecoveryPermit.Instance, self);
    }

    private void Start()
    {
        _holdsPermit = true;
        _phase = Phase.LoadingSnapshot;
        _timer.Start(extension.RecoveryEventTimeout(owner.JournalPluginId), snapshot: true);
        var recovery = owner.Recovery;
        owner.LoadSnapshot(owner.SnapshotterId, recovery.FromSnapshot, recovery.ToSequenceNr);
    }

    private bool TakeSnapshot(object message)
    {
        switch (message)
        {
            case LoadSnapshotResult result:
                FromSnapshot(result);
                return true;
            case LoadSnapshotFailed failed:
                owner.FailRecovery(failed.Cause, null);
                return true;
            case RecoveryTick { Snapshot: true }:
                owner.FailRecovery(_timer.TimedOut("a snapshot"), null);
                return true;
            default:
                return false;
        }
    }

    private void FromSnapshot(LoadSnapshotResult result)
    {
        if (result.Snapshot is { } snapshot)
        {
            owner.AdvanceTo(snapshot.Metadata.SequenceNr);
            if (!Replay(new SnapshotOffer(snapshot.Metadata, snapshot.Snapshot)))
                return;
        }

        _phase = Phase.Replaying;
        _timer.Start(extension.RecoveryEventTimeout(owner.JournalPluginId), snapshot: false);
        owner.Journal.Tell(new ReplayMessages(
            owner.LastSequenceNr + 1, result.ToSequenceNr, owner.Recovery.ReplayMax, owner.PersistenceId, self));
    }

    private bool TakeEvent(object message)
    {
        switch (message)
        {
            case ReplayedMessage { Persistent: var replayed }:
                _timer.Progress();
                owner.AdvanceTo(replayed.SequenceNr);
                Replay(replayed.Payload);
                return true;
            case RecoverySuccess success:
                _timer.Stop();
                owner.FinishRecovery(success.HighestSequenceNr);
                return true;
            case ReplayMessagesFailure failure:
                owner.FailRecovery(failure.Cause, null);
                return true;
            case RecoveryTick { Snapshot: false }:
                if (_timer.WithoutProgress())
                    owner.FailRecovery(_timer.TimedOut("an event"), null);
                return true;
            default:
                return false;
        }
    }

    private bool Replay(object message)
    {
        try
        {
            owner.Replay(message);
            return true;
        }
        catch (Exception e)
        {
            owner.FailRecovery(e, message);
            return false;
        }
    }
}
