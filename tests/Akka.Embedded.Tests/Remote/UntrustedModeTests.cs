using Akka.Actor;
using Trapline.ActorRuntime.Tests.Remote;

namespace Akka.Embedded.Tests.Remote;

public class UntrustedModeTests : TwoSystems
{
    public UntrustedModeTests()
        : base("""
            akka.remote.untrusted-mode = on
            akka.remote.trusted-selection-paths = ["/user/open"]
            """)
    {
    }

    [Fact]
    public async Task Peers_may_talk_but_not_harm_or_look_around()
    {
        var open = new RemoteProbe(B, "open");
        var closed = new RemoteProbe(B, "closed");
        var remote = await ResolveAsync(A, B, "user/open");
        var direct = ((ExtendedActorSystem)A).Provider.ResolveActorRef(closed.Ref.Path.ToSerializationFormatWithAddress(AddressOf(B)));

        A.ActorSelection($"{AddressOf(B)}/user/closed").Tell("by selection");
        direct.Tell(PoisonPill.Instance);
        A.Stop(direct);
        direct.Tell("directly");
        Assert.Equal("directly", await closed.NextAsync<string>());

        A.ActorSelection($"{AddressOf(B)}/user/open").Tell("by selection");
        Assert.Equal("by selection", await open.NextAsync<string>());
        remote.Tell("directly");
        Assert.Equal("directly", await open.NextAsync<string>());
        closed.Ref.Tell("alive");
        Assert.Equal("alive", await closed.NextAsync<string>());
    }
}
