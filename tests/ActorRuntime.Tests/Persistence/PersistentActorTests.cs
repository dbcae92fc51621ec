using Akka.Actor;
using Akka.Persistence;
using Xunit.Abstractions;

namespace Trapline.ActorRuntime.Tests.Persistence;

/// <summary>Storing, replaying and stashing, on the journal in memory.</summary>
public sealed class PersistentActorTests(ITestOutputHelper output) : Akka.TestKit.Xunit2.TestKit(InMemory, output)
{
    private const string InMemory = """
        akka.test.single-expect-default = 30s
        akka.persistence.journal.plugin = "akka.persistence.journal.inmem"
        akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        """;

    private IActorRef Start(string id, Action<Scripted> script, Recovery? recovery = null) =>
        Sys.ActorOf(Scripted.Props(id, TestActor, script, recovery));

    private void Stop(IActorRef actor)
    {
        Watch(actor);
        actor.Tell(PoisonPill.Instance);
        ExpectTerminated(actor);
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

    [Fact]
    public void Stored_events_are_replayed_to_the_next_incarnation()
    {
        var first = Start("a", s => s.StoreTexts());
        ExpectMsg("recovered");
        first.Tell("one");
        first.Tell("two");
        ExpectAll("stored one", "stored two");
        Stop(first);
        Start("a", s => s.StoreTexts()).Tell("three");
        ExpectAll("replayed one", "replayed two", "recovered", "stored three");
    }

    [Fact]
    public void A_restart_by_the_supervisor_replays_and_goes_on_with_the_next_sequence_number()
    {
        var actor = Start("a", s =>
        {
            s.When<Crash>(c => throw new CrashException(c.Why));
            s.When<string>(t => s.Persist(t, e => s.Say($"{e} {s.LastSequenceNr}")));
            s.SayWhatIsReplayed();
        });
        ExpectMsg("recovered");
        actor.Tell("one");
        ExpectMsg("one 1");
        actor.Tell(new Crash("because"));
        actor.Tell("two");
        ExpectAll("replayed one", "recovered", "two 2");
    }

    [Fact]
    public void Commands_sent_during_the_recovery_wait_in_order()
    {
        var first = Start("a", s => s.StoreTexts());
        ExpectMsg("recovered");
        foreach (var i in Enumerable.Range(0, 100))
            first.Tell("old" + i);
        ExpectAll([.. Enumerable.Range(0, 100).Select(i => "stored old" + i)]);
        Stop(first);
        var second = Start("a", s => s.StoreTexts());
        foreach (var i in Enumerable.Range(0, 100))
            second.Tell("new" + i);
        ExpectAll([.. Enumerable.Range(0, 100).Select(i => "replayed old" + i)]);
        ExpectMsg("recovered");
        ExpectAll([.. Enumerable.Range(0, 100).Select(i => "stored new" + i)]);
    }

    [Fact]
    public void No_command_is_taken_between_Persist_and_its_handler()
    {
        var actor = Start("a", s => s.When<string>(command =>
        {
            s.Say("command " + command);
            s.PersistAll(new[] { command + "1", command + "2" }, e => s.Say("handler " + e));
        }));
        foreach (var command in new[] { "a", "b", "c" })
            actor.Tell(command);
        foreach (var command in new[] { "a", "b", "c" })
            ExpectAll("command " + command, $"handler {command}1", $"handler {command}2");
    }

    [Fact]
    public void The_handler_sees_the_commands_sender()
    {
        var actor = Start("a", s => s.When<string>(t => s.Persist(t, e => s.From.Tell("for you: " + e))));
        var (one, two) = (CreateTestProbe(), CreateTestProbe());
        actor.Tell("1", one.Ref);
        actor.Tell("2", two.Ref);
        one.ExpectMsg("for you: 1", TimeSpan.FromSeconds(30));
        two.ExpectMsg("for you: 2", TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Handlers_of_PersistAsync_and_DeferAsync_are_called_in_the_order_of_the_calls()
    {
        var actor = Start("a", s => s.When<string>(command =>
        {
            s.PersistAsync(command + "1", e => s.Say(e));
            s.DeferAsync(command + "2", e => s.Say(e));
            s.PersistAllAsync(new[] { command + "3", command + "4" }, e => s.Say(e));
            s.DeferAsync(command + "5", e => s.Say(e));
        }));
        for (var i = 0; i < 50; i++)
            actor.Tell($"c{i}-");
        ExpectAll([.. Enumerable.Range(0, 50).SelectMany(i => Enumerable.Range(1, 5).Select(j => $"c{i}-{j}"))]);
    }

    [Fact]
    public void DeferAsync_with_nothing_to_wait_for_calls_the_handler_at_once_and_stores_nothing()
    {
        var actor = Start("a", s =>
        {
            s.When<string>(t =>
            {
                s.DeferAsync(t, e => s.Say("deferred " + e));
                s.Say("after");
            });
            s.SayWhatIsReplayed();
        });
        ExpectMsg("recovered");
        actor.Tell("x");
        ExpectAll("deferred x", "after");
        Stop(actor);
        Start("a", s => s.SayWhatIsReplayed());
        ExpectMsg("recovered");
    }

    [Fact]
    public void Events_stored_inside_a_handler_come_before_the_next_command()
    {
        var actor = Start("a", s => s.When<string>(command => s.Persist(command, outer =>
        {
            s.Say(outer);
            s.Persist(outer + "-inner", inner => s.Say(inner));
        })));
        actor.Tell("a");
        actor.Tell("b");
        ExpectAll("a", "a-inner", "b", "b-inner");
    }

    [Fact]
    public void The_actors_own_stash_comes_back_before_younger_commands()
    {
        var actor = Start("a", s =>
        {
            s.When<string>(t =>
            {
                if (t == "open")
                {
                    s.Persist(t, _ =>
                    {
                        s.Stash.UnstashAll();
                        s.Switch(() => s.When<string>(x => s.Persist(x, e => s.Say(e))));
                        s.Say("opened");
                    });
                }
                else
                {
                    s.Stash.Stash();
                }
            });
        });
        foreach (var command in new[] { "1", "2", "3", "open", "4", "5" })
            actor.Tell(command);
        ExpectAll("opened", "1", "2", "3", "4", "5");
    }

    [Fact]
    public void Stashed_commands_survive_a_restart()
    {
        var crashed = false;
        var actor = Start("a", s =>
        {
            s.When<Crash>(c =>
            {
                crashed = true;
                throw new CrashException(c.Why);
            });
            s.When<string>(t =>
            {
                if (crashed)
                    s.Say(t);
                else
                    s.Stash.Stash();
            });
        });
        actor.Tell("1");
        actor.Tell("2");
        actor.Tell(new Crash("because"));
        actor.Tell("3");
        ExpectAll("1", "2", "3");
    }

    [Fact]
    public void An_asynchronous_command_stores_what_it_persists_after_waiting()
    {
        var actor = Start("a", s =>
        {
            s.WhenAsync<string>(async t =>
            {
                s.Say("begin " + t);
                await Task.Yield();
                s.Persist(t, e => s.Say("stored " + e));
                await Task.Yield();
                s.Say("end " + t);
            });
        });
        actor.Tell("1");
        actor.Tell("2");
        ExpectAll("begin 1", "end 1", "stored 1", "begin 2", "end 2", "stored 2");
    }

    [Fact]
    public void Events_can_be_stored_at_RecoveryCompleted_but_not_before()
    {
        Start("a", s => s.Replay<RecoveryCompleted>(_ => s.Persist("first", e => s.Say("stored " + e))));
        ExpectMsg("stored first");
        var second = Start("a", s => s.Replay<string>(t => s.Persist(t, _ => { })));
        Watch(second);
        Assert.IsType<InvalidOperationException>(ExpectMsg<RecoveryFailed>().Reason);
        ExpectTerminated(second);
    }

    [Fact]
    public void A_replay_handler_that_throws_fails_the_recovery_and_stops_the_actor()
    {
        var first = Start("a", s => s.StoreTexts());
        ExpectMsg("recovered");
        first.Tell("one");
        ExpectMsg("stored one");
        Stop(first);
        var second = Start("a", s => s.Replay<string>(t => throw new CrashException(t)));
        Watch(second);
        Assert.Equal("one", Assert.IsType<CrashException>(ExpectMsg<RecoveryFailed>().Reason).Message);
        ExpectTerminated(second);
    }

    [Fact]
    public void A_recovery_can_be_limited()
    {
        var first = Start("a", s => s.StoreTexts());
        ExpectMsg("recovered");
        for (var i = 1; i <= 5; i++)
            first.Tell("e" + i);
        ExpectAll([.. Enumerable.Range(1, 5).Select(i => "stored e" + i)]);
        Stop(first);
        StopAfter(Start("a", s => s.SayWhatIsReplayed(), new Recovery(SnapshotSelectionCriteria.Latest, toSequenceNr: 3)), () => ExpectAll("replayed e1", "replayed e2", "replayed e3", "recovered"));
        StopAfter(Start("a", s => s.SayWhatIsReplayed(), new Recovery(SnapshotSelectionCriteria.Latest, long.MaxValue, replayMax: 2)), () => ExpectAll("replayed e1", "replayed e2", "recovered"));
        var none = Start("a", s => s.StoreTexts(), Recovery.None);
        ExpectMsg("recovered");
        none.Tell("e6");
        ExpectMsg("stored e6");
        Stop(none);
        Start("a", s => s.Replay<RecoveryCompleted>(_ => s.Say("at " + s.LastSequenceNr)));
        ExpectMsg("at 6");
    }

    [Fact]
    public void An_actor_without_a_persistence_id_cannot_start()
    {
        var parent = CreateTestProbe();
        var actor = parent.ChildActorOf(Scripted.Props("", TestActor, _ => { }), SupervisorStrategy.StoppingStrategy);
        Watch(actor);
        ExpectTerminated(actor);
    }

    [Fact]
    public void Become_replaces_the_handlers_of_commands()
    {
        var actor = Start("a", s =>
        {
            s.When<string>(t =>
            {
                s.Say("first " + t);
                s.Switch(() => s.WhenAny(x => s.Say("second " + x)));
            });
        });
        actor.Tell("1");
        actor.Tell("2");
        actor.Tell("3");
        ExpectAll("first 1", "second 2", "second 3");
    }
}
