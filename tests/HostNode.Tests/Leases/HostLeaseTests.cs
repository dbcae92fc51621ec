using Trapline.HostNode.Leases;
using Trapline.Shared.Leases;

namespace Trapline.HostNode.Tests.Leases;

/// <summary>When a host may execute guests: by whom and when it was granted, and what a lapse means.</summary>
public sealed class HostLeaseTests
{
    private static readonly LeaseTerms Terms = LeaseTerms.Default;

    [Fact]
    public void Guests_execute_when_a_majority_has_granted_and_the_controller_has_confirmed()
    {
        var lease = new HostLease(Terms, keepers: 3);
        lease.Granted("k1", Seconds(0), Seconds(0.1));
        Assert.False(lease.MayExecute(Seconds(0.1)));
        lease.Granted("k2", Seconds(0), Seconds(0.1));
        Assert.False(lease.MayExecute(Seconds(0.1)));
        lease.Confirmed(lease.Term, Seconds(0.2));
        Assert.True(lease.MayExecute(Seconds(0.2)));
    }

    [Fact]
    public void The_lease_counts_from_when_the_heartbeat_was_sent_and_ends_early()
    {
        var lease = Held(sentAt: Seconds(0), answeredAt: Seconds(2));
        Assert.True(lease.MayExecute(Terms.Length - Terms.PauseLead - Seconds(0.001)));
        Assert.False(lease.MayExecute(Terms.Length - Terms.PauseLead));
    }

    [Fact]
    public void The_slowest_keeper_of_the_best_majority_decides()
    {
        var lease = new HostLease(Terms, keepers: 3);
        lease.Granted("k1", Seconds(0), Seconds(1));
        lease.Granted("k2", Seconds(0.5), Seconds(1));
        lease.Granted("k3", Seconds(1), Seconds(1));
        Assert.Equal(Seconds(0.5) + Terms.Length, lease.ExpiresAt);
    }

    [Fact]
    public void A_late_answer_to_an_old_heartbeat_gives_nothing()
    {
        var lease = new HostLease(Terms, keepers: 1);
        lease.Granted("k1", Seconds(0), Terms.Length + Seconds(1));
        lease.Confirmed(lease.Term, Terms.Length + Seconds(1));
        Assert.False(lease.MayExecute(Terms.Length + Seconds(1)));
    }

    [Fact]
    public void After_a_lapse_only_a_confirmation_of_the_new_term_resumes()
    {
        var lease = Held(Seconds(0), Seconds(0));
        var before = lease.Term;
        Assert.False(lease.MayExecute(Seconds(10)));
        lease.Confirmed(before, Seconds(10)); // was on its way while the lease ran out
        lease.Granted("k1", Seconds(10), Seconds(10));
        Assert.False(lease.MayExecute(Seconds(10)));
        lease.Confirmed(before, Seconds(10));
        Assert.False(lease.MayExecute(Seconds(10)));
        lease.Confirmed(lease.Term, Seconds(10));
        Assert.True(lease.MayExecute(Seconds(10)));
    }

    [Fact]
    public void A_suspended_host_notices_the_lapse_before_anything_else()
    {
        var lease = Held(Seconds(0), Seconds(0));
        lease.Granted("k1", Seconds(2.9), Seconds(60)); // the answer waited while the process was suspended
        Assert.False(lease.MayExecute(Seconds(60)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(5, 3)]
    public void A_majority_of_refusals_ends_the_boot(int keepers, int refusals)
    {
        var lease = new HostLease(Terms, keepers);
        for (var i = 1; i <= refusals; i++)
        {
            Assert.False(lease.IsLost);
            lease.Refused($"k{i}");
        }

        Assert.True(lease.IsLost);
    }

    [Fact]
    public void A_host_without_a_lease_asks_more_often()
    {
        var lease = new HostLease(Terms, keepers: 1);
        Assert.Equal(Terms.EagerInterval, lease.HeartbeatInterval);
        lease.Granted("k1", Seconds(0), Seconds(0));
        Assert.Equal(Terms.HeartbeatInterval, lease.HeartbeatInterval);
    }

    private static HostLease Held(TimeSpan sentAt, TimeSpan answeredAt)
    {
        var lease = new HostLease(Terms, keepers: 1);
        lease.Granted("k1", sentAt, answeredAt);
        lease.Confirmed(lease.Term, answeredAt);
        return lease;
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
