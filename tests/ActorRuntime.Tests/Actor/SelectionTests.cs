using Akka.Actor;

namespace Trapline.ActorRuntime.Tests.Actor;

public sealed class SelectionTests : ActorTest
{
    [Theory]
    [InlineData("/user/family/a", "a")]
    [InlineData("/user/family/*", "a,ab,b")]
    [InlineData("/user/family/a*", "a,ab")]
    [InlineData("/user/family/?", "a,b")]
    [InlineData("/user/family/a/../b", "b")]
    [InlineData("/user/*/ab", "ab")]
    public async Task A_selection_reaches_the_actors_whose_path_fits(string path, string expected)
    {
        await Family();
        Sys.ActorSelection(path).Tell("who", TestActor);
        var names = new List<string>();
        foreach (var _ in expected.Split(','))
            names.Add(await ExpectMsgAsync<string>());
        Assert.Equal(expected.Split(','), names.Order(StringComparer.Ordinal));
        await ExpectNoMsgAsync(Quiet);
    }

    [Fact]
    public async Task A_relative_selection_begins_at_the_actor()
    {
        var family = await Family();
        family.Tell("siblings of a", TestActor);
        Assert.Equal("b", await ExpectMsgAsync<string>());
    }

    [Fact]
    public async Task Identify_finds_an_actor_and_says_if_there_is_none()
    {
        var family = await Family();
        Sys.ActorSelection("/user/family").Tell(new Identify(1), TestActor);
        var found = await ExpectMsgAsync<ActorIdentity>();
        Assert.Equal((1, family), ((int)found.MessageId, found.Subject));
        Sys.ActorSelection("/user/nobody").Tell(new Identify(2), TestActor);
        var missing = await ExpectMsgAsync<ActorIdentity>();
        Assert.Equal(2, missing.MessageId);
        Assert.True(missing.Subject.IsNobody());
    }

    [Fact]
    public async Task ResolveOne_gives_the_reference_or_fails()
    {
        var family = await Family();
        Assert.Equal(family, await Sys.ActorSelection("/user/family").ResolveOne(Patience));
        await Assert.ThrowsAsync<ActorNotFoundException>(() => Sys.ActorSelection("/user/nobody").ResolveOne(Patience));
    }

    private async Task<IActorRef> Family()
    {
        var family = Sys.ActorOf(Props.Create(() => new Parent()), "family");
        Assert.Equal("ready", await family.Ask<string>("ready?", Patience));
        return family;
    }

    private sealed class Parent : ReceiveActor
    {
        public Parent()
        {
            foreach (var name in new[] { "a", "ab", "b" })
                Context.ActorOf(Props.Create(() => new Child()), name);
            Receive<string>(_ => Sender.Tell("ready"), m => m == "ready?");
            Receive<string>(_ => Context.ActorSelection("a/../b").Tell("who", Sender), m => m == "siblings of a");
        }
    }

    private sealed class Child : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(Self.Path.Name);
    }
}
