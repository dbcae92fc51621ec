using Akka.Remote.Transport;

namespace Akka.Embedded.Tests.Remote;

public class LinkThrottleTests
{
    [Theory]
    [InlineData(ThrottleTransportAdapter.Direction.Send, true, false)]
    [InlineData(ThrottleTransportAdapter.Direction.Receive, false, true)]
    [InlineData(ThrottleTransportAdapter.Direction.Both, true, true)]
    public void A_blackhole_cuts_exactly_the_direction_that_it_was_set_for(
        ThrottleTransportAdapter.Direction direction, bool cutsSend, bool cutsReceive)
    {
        var throttle = new LinkThrottle();
        throttle.Set(direction, Blackhole.Instance);
        Assert.Equal(cutsSend ? Passage.Drop : Passage.Pass, throttle.Send(10, out _));
        Assert.Equal(cutsReceive ? Passage.Drop : Passage.Pass, throttle.Receive(10, out _));
        throttle.Set(ThrottleTransportAdapter.Direction.Both, Unthrottled.Instance);
        Assert.Equal(Passage.Pass, throttle.Send(10, out _));
        Assert.Equal(Passage.Pass, throttle.Receive(10, out _));
    }

    [Fact]
    public void A_bucket_makes_the_sender_wait_for_what_is_missing()
    {
        var throttle = new LinkThrottle();
        throttle.Set(ThrottleTransportAdapter.Direction.Send, new TokenBucket(1000, 1, long.MaxValue, 100));
        Assert.Equal(Passage.Pass, throttle.Send(60, out _));
        Assert.Equal(Passage.Wait, throttle.Send(60, out var wait));
        Assert.InRange(wait.TotalSeconds, 1, 20);
    }
}
