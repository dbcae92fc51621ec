using Akka.Actor;
using Akka.Persistence;

namespace Trapline.ActorRuntime.Tests.Persistence;

/// <summary>A persistent actor whose behaviour each test writes down where it is used; it tells a probe what happens to it.</summary>
public sealed class Scripted : ReceivePersistentActor
{
    private readonly string _id;
    private readonly IActorRef _probe;
    private readonly Recovery? _recovery;

    public Scripted(string id, IActorRef probe, Action<Scripted> script, Recovery? recovery, string? journal)
    {
        _id = id;
        _probe = probe;
        _recovery = recovery;
        if (journal is not null)
            JournalPluginId = journal;
        script(this);
    }

    public override string PersistenceId => _id;

    public override Recovery Recovery => _recovery ?? base.Recovery;

    public IActorRef From => Sender;

    public static Props Props(
        string id, IActorRef probe, Action<Scripted> script, Recovery? recovery = null, string? journal = null) =>
        Akka.Actor.Props.Create(() => new Scripted(id, probe, script, recovery, journal));

    public void Say(object message) => _probe.Tell(message);

    public void When<T>(Action<T> handler) => Command(handler);

    public void WhenAsync<T>(Func<T, Task> handler) => CommandAsync(handler);

    public void WhenAny(Action<object> handler) => CommandAny(handler);

    public void Replay<T>(Action<T> handler) => Recover(handler);

    public void Switch(Action configure) => Become(configure);

    /// <summary>Stores each text that comes as a command, and says so before and after a recovery.</summary>
    public void StoreTexts()
    {
        When<string>(text => Persist(text, stored => Say("stored " + stored)));
        SayWhatIsReplayed();
    }

    public void SayWhatIsReplayed()
    {
        Replay<string>(text => Say("replayed " + text));
        Replay<SnapshotOffer>(offer => Say("snapshot " + offer.Snapshot + " at " + offer.Metadata.SequenceNr));
        Replay<RecoveryCompleted>(_ => Say("recovered"));
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null) => Say(new RecoveryFailed(reason));

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        Say(new PersistFailed(cause, @event, sequenceNr));

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr) =>
        Say(new PersistRejected(cause, @event, sequenceNr));
}

public sealed record RecoveryFailed(Exception Reason);

public sealed record PersistFailed(Exception Cause, object Event, long SequenceNr);

public sealed record PersistRejected(Exception Cause, object Event, long SequenceNr);

/// <summary>A command that makes the actor throw.</summary>
public sealed record Crash(string Why);

/// <summary>What <see cref="Crash"/> makes the actor throw.</summary>
public sealed class CrashException(string why) : Exception(why);
