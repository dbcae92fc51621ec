using Akka.Actor;
using Akka.Persistence;
using Xunit.Abstractions;

namespace Trapline.ActorRuntime.Tests.Persistence;

/// <summary>What becomes of persistent actors when their journal refuses, fails or falls silent.</summary>
public sealed class JournalFailureTests(ITestOutputHelper output) : Akka.TestKit.Xunit2.TestKit(Config, output)
{
    private static readonly string Config = $$"""
        akka.test.single-expect-default = 30s
        akka.persistence {
          max-concurrent-recoveries = 2
          journal {
            plugin = "akka.persistence.journal.inmem"
            picky { class = "{{NameOf<PickyJournal>()}}", plugin-dispatcher = "akka.actor.default-dispatcher" }
            silent {
              class = "{{NameOf<SilentJournal>()}}"
              plugin-dispatcher = "akka.actor.default-dispatcher"
              recovery-event-timeout = 1s
            }
            hanging {
              class = "{{NameOf<HangingJournal>()}}"
              plugin-dispatcher = "akka.actor.default-dispatcher"
              circuit-breaker { max-failures = 10, call-timeout = 1s, reset-timeout = 30s }
            }
            gated {
              class = "{{NameOf<GatedJournal>()}}"
              plugin-dispatcher = "akka.actor.default-dispatcher"
              circuit-breaker { max-failures = 10, call-timeout = 60s, reset-timeout = 30s }
            }
          }
          snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        }
        """;

    private static string NameOf<T>() => $"{typeof(T).FullName}, {typeof(T).Assembly.GetName().Name}";

    private IActorRef Start(string id, string journal, Action<Scripted> script) =>
        Sys.ActorOf(Scripted.Props(id, TestActor, script, null, "akka.persistence.journal." + journal));

    [Fact]
    public void A_refused_event_is_reported_and_the_actor_goes_on()
    {
        var actor = Start("a", "picky", s => s.StoreTexts());
        ExpectMsg("recovered");
        actor.Tell("1");
        actor.Tell("reject 2");
        actor.Tell("3");
        ExpectMsg("stored 1");
        var rejected = ExpectMsg<PersistRejected>();
        Assert.Equal(("reject 2", "refused"), (rejected.Event, rejected.Cause.Message));
        ExpectMsg("stored 3");
    }

    [Fact]
    public void A_failed_write_stops_the_actor_with_its_cause()
    {
        var actor = Start("a", "picky", s => s.StoreTexts());
        Watch(actor);
        ExpectMsg("recovered");
        actor.Tell("1");
        actor.Tell("fail 2");
        ExpectMsg("stored 1");
        var failed = ExpectMsg<PersistFailed>();
        Assert.Equal(("fail 2", 2L, "the disk is full"), (failed.Event, failed.SequenceNr, failed.Cause.Message));
        ExpectTerminated(actor);
    }

    [Fact]
    public void A_write_that_never_ends_fails_by_the_circuit_breakers_time_out()
    {
        var actor = Start("a", "hanging", s => s.StoreTexts());
        Watch(actor);
        ExpectMsg("recovered");
        actor.Tell("1");
        Assert.Equal("1", ExpectMsg<PersistFailed>().Event);
        ExpectTerminated(actor);
    }

    [Fact]
    public void A_recovery_without_progress_times_out_and_stops_the_actor()
    {
        var actor = Start("a", "silent", s => s.StoreTexts());
        Watch(actor);
        Assert.IsType<RecoveryTimedOutException>(ExpectMsg<RecoveryFailed>().Reason);
        ExpectTerminated(actor);
    }

    [Fact]
    public async Task Only_so_many_actors_recover_at_the_same_time()
    {
        var actors = Enumerable.Range(0, 4).Select(i => Start("gated" + i, "gated", s => s.SayWhatIsReplayed())).ToList();
        var first = await NextHeldAsync();
        var second = await NextHeldAsync();
        // The third comes only after one of the two is let go; the order of these events is the proof.
        Assert.False(GatedJournal.Held.Reader.TryPeek(out _));
        first.Gate.SetResult();
        ExpectMsg("recovered");
        var third = await NextHeldAsync();
        second.Gate.SetResult();
        third.Gate.SetResult();
        (await NextHeldAsync()).Gate.SetResult();
        for (var i = 0; i < 3; i++)
            ExpectMsg("recovered");
        Assert.Equal(4, actors.Distinct().Count());
    }

    private static async Task<(string Id, TaskCompletionSource Gate)> NextHeldAsync() =>
        await GatedJournal.Held.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
}
