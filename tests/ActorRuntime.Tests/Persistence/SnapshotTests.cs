using Akka.Actor;
using Akka.Persistence;
using Xunit.Abstractions;

namespace Trapline.ActorRuntime.Tests.Persistence;

/// <summary>Snapshots and deletion; run on each pair of plug-ins.</summary>
public abstract class SnapshotTests(string config, ITestOutputHelper output)
    : Akka.TestKit.Xunit2.TestKit("akka.test.single-expect-default = 30s\n" + config, output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private IActorRef Start(string id, Recovery? recovery = null) => Sys.ActorOf(Scripted.Props(id, TestActor, Script, recovery));

    private static void Script(Scripted s)
    {
        s.When<SaveSnapshotSuccess>(m => s.Say("saved at " + m.Metadata.SequenceNr));
        s.When<DeleteMessagesSuccess>(m => s.Say("deleted to " + m.ToSequenceNr));
        s.When<DeleteSnapshotSuccess>(m => s.Say("snapshot deleted at " + m.Metadata.SequenceNr));
        s.When<DeleteSnapshotsSuccess>(m => s.Say("snapshots deleted to " + m.Criteria.MaxSequenceNr));
        s.When<Save>(m => s.SaveSnapshot(m.State));
        s.When<DeleteTo>(m => s.DeleteMessages(m.SequenceNr));
        s.When<DeleteOne>(m => s.DeleteSnapshot(m.SequenceNr));
        s.When<DeleteAll>(m => s.DeleteSnapshots(new SnapshotSelectionCriteria(m.MaxSequenceNr)));
        s.StoreTexts();
    }

    private void Stop(IActorRef actor)
    {
        Watch(actor);
        actor.Tell(PoisonPill.Instance);
        ExpectTerminated(actor, Patience);
    }

    private void StopAfter(IActorRef actor, Action expectations)
    {
        expectations();
        Stop(actor);
    }

    private void ExpectAll(params string[] messages)
    {
        foreach (var message in messages)
            ExpectMsg(message);
    }

    private IActorRef WithEvents(string id, int count)
    {
        var actor = Start(id);
        ExpectMsg("recovered");
        for (var i = 1; i <= count; i++)
            actor.Tell("e" + i);
        ExpectAll([.. Enumerable.Range(1, count).Select(i => "stored e" + i)]);
        return actor;
    }

    [SkippableFact]
    public void Recovery_starts_at_the_newest_snapshot_and_replays_the_events_after_it()
    {
        var actor = WithEvents("a", 2);
        actor.Tell(new Save("s2"));
        ExpectMsg("saved at 2");
        actor.Tell("e3");
        ExpectMsg("stored e3");
        actor.Tell(new Save("s3"));
        ExpectMsg("saved at 3");
        actor.Tell("e4");
        ExpectMsg("stored e4");
        Stop(actor);
        StopAfter(Start("a"), () => ExpectAll("snapshot s3 at 3", "replayed e4", "recovered"));
        StopAfter(Start("a", new Recovery(new SnapshotSelectionCriteria(2))), () => ExpectAll("snapshot s2 at 2", "replayed e3", "replayed e4", "recovered"));
        StopAfter(Start("a", new Recovery(SnapshotSelectionCriteria.None)), () => ExpectAll("replayed e1", "replayed e2", "replayed e3", "replayed e4", "recovered"));
        StopAfter(Start("a", new Recovery(SnapshotSelectionCriteria.Latest, toSequenceNr: 2)), () => ExpectAll("snapshot s2 at 2", "recovered"));
    }

    [SkippableFact]
    public void Saving_again_at_the_same_sequence_number_replaces_the_snapshot()
    {
        var actor = WithEvents("a", 1);
        actor.Tell(new Save("before"));
        ExpectMsg("saved at 1");
        actor.Tell(new Save("after"));
        ExpectMsg("saved at 1");
        Stop(actor);
        Start("a");
        ExpectAll("snapshot after at 1", "recovered");
    }

    [SkippableFact]
    public void Deleted_events_are_not_replayed_and_their_sequence_numbers_not_used_again()
    {
        var actor = WithEvents("a", 4);
        actor.Tell(new DeleteTo(2));
        ExpectMsg("deleted to 2");
        Stop(actor);
        var second = Start("a");
        ExpectAll("replayed e3", "replayed e4", "recovered");
        second.Tell(new DeleteTo(4));
        ExpectMsg("deleted to 4");
        Stop(second);
        var third = Start("a");
        ExpectMsg("recovered");
        third.Tell("e5");
        ExpectMsg("stored e5");
        third.Tell(new Save("s5"));
        ExpectMsg("saved at 5");
    }

    [SkippableFact]
    public void Deleted_snapshots_are_not_offered()
    {
        var actor = WithEvents("a", 1);
        actor.Tell(new Save("s1"));
        ExpectMsg("saved at 1");
        for (var i = 2; i <= 3; i++)
        {
            actor.Tell("e" + i);
            ExpectMsg("stored e" + i);
            actor.Tell(new Save("s" + i));
            ExpectMsg("saved at " + i);
        }

        actor.Tell(new DeleteOne(3));
        ExpectMsg("snapshot deleted at 3");
        Stop(actor);
        var second = Start("a");
        ExpectAll("snapshot s2 at 2", "replayed e3", "recovered");
        second.Tell(new DeleteAll(2));
        ExpectMsg("snapshots deleted to 2");
        Stop(second);
        Start("a");
        ExpectAll("replayed e1", "replayed e2", "replayed e3", "recovered");
    }

    public sealed record Save(string State);

    public sealed record DeleteTo(long SequenceNr);

    public sealed record DeleteOne(long SequenceNr);

    public sealed record DeleteAll(long MaxSequenceNr);
}

public sealed class MemorySnapshotTests(ITestOutputHelper output) : SnapshotTests(
    """
    akka.persistence.journal.plugin = "akka.persistence.journal.inmem"
    akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
    """,
    output);
