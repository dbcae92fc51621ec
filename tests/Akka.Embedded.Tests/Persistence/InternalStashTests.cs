using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Persistence;
using Akka.Persistence.Journal;

namespace Akka.Embedded.Tests.Persistence;

/// <summary>Commands that come while an actor cannot take them are kept, up to a limit, and none is lost or doubled.</summary>
public sealed class InternalStashTests
{
    private static Config Config(string overflow, int capacity) => ConfigurationFactory.ParseString($$"""
        akka.loglevel = OFF
        akka.stdout-loglevel = OFF
        akka.actor.default-mailbox.stash-capacity = {{capacity}}
        akka.persistence.internal-stash-overflow-strategy = "{{overflow}}"
        akka.persistence.journal.plugin = slow
        slow { class = "{{typeof(HeldJournal).FullName}}", plugin-dispatcher = "akka.actor.default-dispatcher" }
        """);

    [Fact]
    public async Task Equal_commands_of_one_sender_are_all_kept()
    {
        using var system = ActorSystem.Create("stash", Config("Akka.Persistence.ThrowExceptionConfigurator, Akka.Persistence", -1));
        var (actor, told) = Diary.Start(system, "a");
        for (var i = 0; i < 20; i++)
            actor.Tell("same");
        (await HeldJournal.NextAsync()).SetResult();
        await told.ExpectAsync("recovered");
        await told.ExpectAsync([.. Enumerable.Repeat("stored same", 20)]);
        await system.Terminate();
    }

    [Fact]
    public async Task Commands_over_the_limit_go_to_dead_letters_if_so_configured()
    {
        using var system = ActorSystem.Create("stash", Config("Akka.Persistence.DiscardConfigurator, Akka.Persistence", 3));
        var dead = Channel.CreateUnbounded<object>();
        var listener = system.ActorOf(Props.Create(() => new DeadLetterReader(dead.Writer)));
        system.EventStream.Subscribe(listener, typeof(DeadLetter));
        var (actor, told) = Diary.Start(system, "a");
        var gate = await HeldJournal.NextAsync();
        for (var i = 1; i <= 5; i++)
            actor.Tell("c" + i);
        await dead.ExpectAsync("c4", "c5");
        gate.SetResult();
        await told.ExpectAsync("recovered", "stored c1", "stored c2", "stored c3");
        await system.Terminate();
    }

    [Fact]
    public async Task Commands_over_the_limit_fail_the_actor_by_default()
    {
        using var system = ActorSystem.Create("stash", Config("Akka.Persistence.ThrowExceptionConfigurator, Akka.Persistence", 1));
        var failures = Channel.CreateUnbounded<object>();
        var told = Channel.CreateUnbounded<object>();
        var parent = system.ActorOf(Props.Create(() => new FailureReader(failures.Writer, told.Writer)));
        var gate = await HeldJournal.NextAsync();
        parent.Tell("c1");
        parent.Tell("c2");
        Assert.IsType<StashOverflowException>(await failures.NextAsync());
        gate.SetResult();
        await system.Terminate();
    }

    [Fact]
    public async Task A_reply_can_be_given_instead()
    {
        using var system = ActorSystem.Create("stash", Config("Akka.Persistence.DiscardConfigurator, Akka.Persistence", 1));
        var told = Channel.CreateUnbounded<object>();
        var actor = system.ActorOf(Props.Create(() => new Polite(told.Writer)));
        var gate = await HeldJournal.NextAsync();
        actor.Tell("c1");
        Assert.Equal("busy", await actor.Ask<string>("c2", TimeSpan.FromSeconds(60)));
        gate.SetResult();
        await told.ExpectAsync("c1");
        await system.Terminate();
    }

    private sealed class DeadLetterReader : ReceiveActor
    {
        public DeadLetterReader(ChannelWriter<object> told) => Receive<DeadLetter>(d => d.Message is string, d => told.TryWrite(d.Message));
    }

    private sealed class FailureReader : ReceiveActor
    {
        private readonly ChannelWriter<object> _failures;

        public FailureReader(ChannelWriter<object> failures, ChannelWriter<object> told)
        {
            _failures = failures;
            var child = Context.ActorOf(Props.Create(() => new Diary("a", told)));
            ReceiveAny(child.Forward);
        }

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e =>
        {
            _failures.TryWrite(e);
            return Directive.Stop;
        });
    }

    private sealed class Polite : ReceivePersistentActor
    {
        public Polite(ChannelWriter<object> told) => Command<string>(text => told.TryWrite(text));

        public override string PersistenceId => "polite";

        public override IStashOverflowStrategy InternalStashOverflowStrategy { get; } = new ReplyToStrategy("busy");
    }
}

/// <summary>A journal in memory whose recoveries wait until the test lets them go.</summary>
public sealed class HeldJournal : MemoryJournal
{
    private static readonly Channel<TaskCompletionSource> Held = Channel.CreateUnbounded<TaskCompletionSource>();

    public static Task<TaskCompletionSource> NextAsync() => Held.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));

    public override async Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Held.Writer.TryWrite(gate);
        await gate.Task;
        return await base.ReadHighestSequenceNrAsync(persistenceId, fromSequenceNr);
    }
}
