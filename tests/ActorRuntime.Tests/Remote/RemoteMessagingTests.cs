using Akka.Actor;
using Akka.Event;
using Akka.Remote;

namespace Trapline.ActorRuntime.Tests.Remote;

public class RemoteMessagingTests : TwoSystems
{
    [Fact]
    public async Task Messages_of_one_sender_arrive_in_order()
    {
        const int Count = 5000;
        var target = new RemoteProbe(B, "target");
        var remote = await ResolveAsync(A, B, "user/target");
        for (var i = 0; i < Count; i++)
            remote.Tell(i);
        for (var i = 0; i < Count; i++)
            Assert.Equal(i, await target.NextAsync<int>());
    }

    [Fact]
    public async Task The_sender_of_a_message_can_be_answered()
    {
        B.ActorOf(Echo, "echo");
        var probe = new RemoteProbe(A, "probe");
        var remote = await ResolveAsync(A, B, "user/echo");
        remote.Tell("hello", probe.Ref);
        var reply = await probe.NextAsync();
        Assert.Equal("hello", reply.Message);
        Assert.Equal(remote, reply.Sender);
    }

    [Fact]
    public async Task Ask_works_across_systems()
    {
        B.ActorOf(Echo, "echo");
        var remote = await ResolveAsync(A, B, "user/echo");
        for (var i = 0; i < 100; i++)
            Assert.Equal($"question {i}", await remote.Ask<string>($"question {i}", RemoteProbe.Patience));
    }

    [Fact]
    public async Task A_failure_status_fails_the_ask()
    {
        B.ActorOf(Props.Create(() => new Refuser()), "refuser");
        var remote = await ResolveAsync(A, B, "user/refuser");
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => remote.Ask<string>("please", RemoteProbe.Patience));
        Assert.Contains("no, thank you", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_selection_resolves_and_identifies_remote_actors()
    {
        var target = new RemoteProbe(B, "target");
        var selection = A.ActorSelection($"{AddressOf(B)}/user/target");
        var identity = await selection.Ask<ActorIdentity>(new Identify("who"), RemoteProbe.Patience);
        Assert.Equal("who", identity.MessageId);
        Assert.Equal(AddressOf(B), identity.Subject!.Path.Address);
        Assert.Equal(target.Ref.Path.Uid, identity.Subject!.Path.Uid);

        selection.Tell("by selection");
        Assert.Equal("by selection", await target.NextAsync<string>());
    }

    [Fact]
    public async Task A_selection_with_wildcards_reaches_all_that_fit()
    {
        var probes = Enumerable.Range(0, 3).Select(i => new RemoteProbe(B, $"worker-{i}")).ToArray();
        var other = new RemoteProbe(B, "other");
        A.ActorSelection($"{AddressOf(B)}/user/worker-*").Tell("all");
        foreach (var probe in probes)
            Assert.Equal("all", await probe.NextAsync<string>());
        Assert.True(other.IsEmpty);
    }

    [Fact]
    public async Task Who_is_not_there_is_not_found()
    {
        var selection = A.ActorSelection($"{AddressOf(B)}/user/nobody-here");
        await Assert.ThrowsAsync<ActorNotFoundException>(() => selection.ResolveOne(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task References_in_messages_stay_usable_everywhere()
    {
        var home = new RemoteProbe(A, "home");
        var far = new RemoteProbe(B, "far");
        var remote = await ResolveAsync(A, B, "user/far");
        remote.Tell(new Introduction(home.Ref, "from A"));

        var introduction = await far.NextAsync<Introduction>();
        Assert.Equal(AddressOf(A), introduction.Who.Path.Address);
        introduction.Who.Tell("from B", far.Ref);
        var reply = await home.NextAsync();
        Assert.Equal("from B", reply.Message);

        // Sent back home, a reference is the local one again.
        reply.Sender.Tell(new Introduction(reply.Sender, "yours"));
        Assert.Equal(far.Ref, (await far.NextAsync<Introduction>()).Who);
    }

    [Fact]
    public async Task A_reference_can_itself_be_a_message()
    {
        var home = new RemoteProbe(A, "home");
        var far = new RemoteProbe(B, "far");
        (await ResolveAsync(A, B, "user/far")).Tell(home.Ref);
        var received = await far.NextAsync<IActorRef>();
        received.Tell("found you");
        Assert.Equal("found you", await home.NextAsync<string>());
    }

    [Fact]
    public async Task Forward_keeps_the_original_sender()
    {
        var asker = new RemoteProbe(A, "asker");
        B.ActorOf(Echo, "echo");
        B.ActorOf(Props.Create(() => new Forwarder("/user/echo")), "forwarder");
        (await ResolveAsync(A, B, "user/forwarder")).Tell("pass on", asker.Ref);
        var reply = await asker.NextAsync();
        Assert.Equal("pass on", reply.Message);
        Assert.Equal("echo", reply.Sender.Path.Name);
    }

    [Fact]
    public async Task A_message_to_nobody_becomes_a_dead_letter_where_nobody_is()
    {
        var deadLetters = new RemoteProbe(B);
        B.EventStream.Subscribe(deadLetters.Ref, typeof(DeadLetter));
        var nobody = ((ExtendedActorSystem)A).Provider.ResolveActorRef($"{AddressOf(B)}/user/nobody-here");
        nobody.Tell("lost");
        Assert.Equal("lost", (await deadLetters.FishAsync<DeadLetter>(d => d.Message is "lost")).Message);
    }

    [Fact]
    public async Task A_message_that_is_too_long_is_lost_alone()
    {
        var target = new RemoteProbe(B, "target");
        var remote = await ResolveAsync(A, B, "user/target");
        remote.Tell("before");
        remote.Tell(new string('x', 300_000));
        remote.Tell("after");
        Assert.Equal("before", await target.NextAsync<string>());
        Assert.Equal("after", await target.NextAsync<string>());
    }

    [Fact]
    public async Task The_first_message_makes_an_association_and_says_so()
    {
        var events = new RemoteProbe(A);
        A.EventStream.Subscribe(events.Ref, typeof(AssociatedEvent));
        B.ActorOf(Echo, "echo");
        await ResolveAsync(A, B, "user/echo");
        var associated = await events.FishAsync<AssociatedEvent>(e => !e.IsInbound);
        Assert.Equal(AddressOf(A), associated.LocalAddress);
        Assert.Equal(AddressOf(B), associated.RemoteAddress);
    }

    [Fact]
    public void An_incarnation_has_one_uid()
    {
        Assert.Equal(AddressUidExtension.Uid(A), AddressUidExtension.Uid(A));
        Assert.NotEqual(AddressUidExtension.Uid(A), AddressUidExtension.Uid(B));
    }

    [Fact]
    public void A_system_knows_its_own_address_and_port()
    {
        var address = AddressOf(A);
        Assert.Equal("akka.tcp", address.Protocol);
        Assert.Equal("a", address.System);
        Assert.Equal("127.0.0.1", address.Host);
        Assert.InRange(address.Port!.Value, 1, ushort.MaxValue);
        Assert.NotEqual(address.Port, AddressOf(B).Port);
    }

    public sealed record Introduction(IActorRef Who, string Note);

    private sealed class Refuser : UntypedActor
    {
        protected override void OnReceive(object message) =>
            Sender.Tell(new Status.Failure(new InvalidOperationException("no, thank you")));
    }

    private sealed class Forwarder(string path) : UntypedActor
    {
        protected override void OnReceive(object message) =>
            Context.ActorSelection(path).Tell(message, Sender);
    }
}
