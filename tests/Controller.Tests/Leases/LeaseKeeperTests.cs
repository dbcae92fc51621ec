using Trapline.Controller.Leases;
using Trapline.Shared.Ids;
using Trapline.Shared.Leases;

namespace Trapline.Controller.Tests.Leases;

/// <summary>What a keeper promises, to whom it grants, and when it may call a host lost.</summary>
public sealed class LeaseKeeperTests
{
    private static readonly LeaseTerms Terms = LeaseTerms.Default;
    private static readonly TimeSpan Promise = Terms.Length + Terms.DriftMargin;
    private static readonly BootId Boot = new("b00000001");

    [Fact]
    public void One_of_several_keepers_grants_nothing_until_no_verdict_of_its_earlier_life_counts()
    {
        var keeper = new LeaseKeeper(Terms, TimeSpan.Zero);
        var silence = Terms.VerdictValidity + Terms.DriftMargin;
        Assert.Equal(LeaseAnswer.Silence, keeper.Answer(Boot, 1, heard: 0, silence - TimeSpan.FromMilliseconds(1)));
        Assert.Equal(LeaseAnswer.Granted, keeper.Answer(Boot, 2, heard: 0, silence));
    }

    [Fact]
    public void The_only_keeper_grants_at_once_and_promises_for_everyone_all_the_same()
    {
        var keeper = new LeaseKeeper(Terms, TimeSpan.Zero, withController: true);
        Assert.Equal(LeaseAnswer.Granted, keeper.Answer(Boot, 1, heard: 0, TimeSpan.Zero));
        Assert.False(keeper.CallsLost(new BootId("b00000000"), Promise - TimeSpan.FromMilliseconds(1)));
        Assert.True(keeper.CallsLost(new BootId("b00000000"), Promise));
    }

    [Fact]
    public void A_host_that_does_not_show_that_it_hears_is_granted_one_lease_and_no_second_one()
    {
        var keeper = new LeaseKeeper(Terms, TimeSpan.Zero, withController: true);
        var interval = Terms.HeartbeatInterval;
        Assert.Equal(LeaseAnswer.Granted, keeper.Answer(Boot, 1, heard: 0, TimeSpan.Zero));
        Assert.Equal(LeaseAnswer.Granted, keeper.Answer(Boot, 2, heard: 1, interval));
        Assert.Equal(LeaseAnswer.Echo, keeper.Answer(Boot, 3, heard: 1, 2 * interval));
        Assert.Equal(LeaseAnswer.Echo, keeper.Answer(Boot, 4, heard: 1, 3 * interval));
        Assert.False(keeper.CallsLost(Boot, interval + Promise - TimeSpan.FromMilliseconds(1)));
        Assert.True(keeper.CallsLost(Boot, interval + Promise));
        Assert.Equal(LeaseAnswer.Refused, keeper.Answer(Boot, 9, heard: 8, interval + Promise));
    }

    [Fact]
    public void A_host_that_shows_that_it_hears_again_is_granted_again()
    {
        var keeper = new LeaseKeeper(Terms, TimeSpan.Zero, withController: true);
        var interval = Terms.HeartbeatInterval;
        keeper.Answer(Boot, 1, heard: 0, TimeSpan.Zero);
        Assert.Equal(LeaseAnswer.Echo, keeper.Answer(Boot, 2, heard: 0, interval));
        Assert.Equal(LeaseAnswer.Granted, keeper.Answer(Boot, 3, heard: 2, interval)); // it has heard the echo
        Assert.False(keeper.CallsLost(Boot, interval + Promise - TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void Heartbeats_in_quick_succession_need_not_wait_for_each_other()
    {
        var keeper = new LeaseKeeper(Terms, TimeSpan.Zero, withController: true);
        Assert.Equal(LeaseAnswer.Granted, keeper.Answer(Boot, 1, heard: 0, TimeSpan.Zero));
        Assert.Equal(LeaseAnswer.Granted, keeper.Answer(Boot, 2, heard: 0, Terms.EagerInterval));
    }

    [Fact]
    public void A_boot_of_which_nobody_speaks_is_forgotten_and_one_that_is_spoken_of_never()
    {
        var keeper = new LeaseKeeper(Terms, TimeSpan.Zero, withController: true);
        var (kept, lost, asked) = (new BootId("b00000002"), new BootId("b00000003"), new BootId("b00000004"));
        keeper.Answer(kept, 1, heard: null, TimeSpan.Zero);
        Assert.True(keeper.CallsLost(lost, Promise));
        Assert.True(keeper.CallsLost(asked, Promise));
        var later = Promise + Terms.ForgottenAfter - TimeSpan.FromMilliseconds(1);
        Assert.True(keeper.CallsLost(asked, later));
        Assert.Equal(LeaseAnswer.Refused, keeper.Answer(lost, 1, heard: null, later));
        Assert.Equal(2, keeper.KnownBoots);

        // Whether it is remembered or not, a boot whose promise has ended may be called lost.
        later += Terms.ForgottenAfter;
        Assert.True(keeper.CallsLost(kept, later));
        Assert.Equal(LeaseAnswer.Refused, keeper.Answer(kept, 2, heard: null, later));

        // As after a restart of the keeper; only the controller can have the host go on with anything.
        Assert.Equal(LeaseAnswer.Granted, keeper.Answer(lost, 2, heard: null, later));
        Assert.False(keeper.CallsLost(lost, later + Promise - TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void A_host_that_does_not_say_what_it_hears_is_believed()
    {
        var keeper = new LeaseKeeper(Terms, TimeSpan.Zero, withController: true);
        for (var beat = 0; beat < 10; beat++)
            Assert.Equal(LeaseAnswer.Granted, keeper.Answer(Boot, beat, heard: null, beat * Terms.HeartbeatInterval));
    }
}
