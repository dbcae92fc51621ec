using Akka.Actor;
using Akka.Event;
using Akka.Remote;

namespace Trapline.ActorRuntime.Tests.Remote;

public class UnreachableSystemTests : TwoSystems
{
    [Fact]
    public async Task A_system_that_is_not_there_is_reported()
    {
        var events = new RemoteProbe(A);
        A.EventStream.Subscribe(events.Ref, typeof(AssociationErrorEvent));
        var gone = AddressOf(B);
        await B.Terminate().WaitAsync(RemoteProbe.Patience);
        ((ExtendedActorSystem)A).Provider.ResolveActorRef($"{gone}/user/x").Tell("anyone?");
        Assert.Equal(gone, (await events.NextAsync<AssociationErrorEvent>()).RemoteAddress);
    }

    [Fact]
    public async Task What_is_sent_to_a_system_that_is_not_there_becomes_a_dead_letter()
    {
        var deadLetters = new RemoteProbe(A);
        A.EventStream.Subscribe(deadLetters.Ref, typeof(DeadLetter));
        var gone = AddressOf(B);
        await B.Terminate().WaitAsync(RemoteProbe.Patience);
        var nobody = ((ExtendedActorSystem)A).Provider.ResolveActorRef($"{gone}/user/x");

        // What is sent at the very moment that the link is gated may be lost without a trace, so it is sent again.
        var seen = deadLetters.FishAsync<DeadLetter>(d => d.Message is "anyone?");
        while (!seen.IsCompleted)
        {
            nobody.Tell("anyone?");
            await Task.WhenAny(seen, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System));
        }

        await seen;
    }
}
