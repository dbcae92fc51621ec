using Trapline.Controller.Leases;
using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Reconciliation;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Leases;

namespace Trapline.Controller.Tests.Leases;

/// <summary>Whom keepers are asked about, and which of their verdicts make a majority.</summary>
public sealed class HostWatchTests
{
    private static readonly LeaseTerms Terms = LeaseTerms.Default;
    private static readonly BootId Boot = new("b1-a");

    private readonly HostWatch _watch = new(Terms, keepers: 3);

    [Fact]
    public void Two_of_three_that_say_so_at_the_same_time_are_a_majority()
    {
        var round = _watch.BeginRound(TimeSpan.Zero);
        Assert.Null(_watch.Verdict("k1", Boot, round, lost: true, TimeSpan.Zero));
        Assert.Null(_watch.Verdict("k1", Boot, round, lost: true, TimeSpan.Zero));
        Assert.Null(_watch.Verdict("k2", Boot, round, lost: false, TimeSpan.Zero));
        Assert.NotNull(_watch.Verdict("k3", Boot, round, lost: true, TimeSpan.Zero));
    }

    [Fact]
    public void A_verdict_that_is_too_old_counts_no_more_and_is_forgotten()
    {
        var first = _watch.BeginRound(TimeSpan.Zero);
        Assert.Null(_watch.Verdict("k1", Boot, first, lost: true, TimeSpan.Zero));
        var later = Terms.VerdictValidity + TimeSpan.FromMilliseconds(1);
        var second = _watch.BeginRound(later);
        Assert.Equal(0, _watch.Watched);
        Assert.Null(_watch.Verdict("k1", Boot, first, lost: true, later));
        Assert.Null(_watch.Verdict("k2", Boot, second, lost: true, later));
        Assert.Equal(1, _watch.Watched);
    }

    /// <summary>A keeper that called it lost may have started anew since then and have granted again: so each verdict ages by itself, beside newer ones.</summary>
    [Fact]
    public void An_old_verdict_makes_no_majority_with_a_newer_one_whose_answer_comes_late()
    {
        var first = _watch.BeginRound(TimeSpan.Zero);
        Assert.Null(_watch.Verdict("k1", Boot, first, lost: true, TimeSpan.Zero));
        var asked = Terms.VerdictValidity - TimeSpan.FromMilliseconds(1);
        var second = _watch.BeginRound(asked);
        Assert.Null(_watch.Verdict("k2", Boot, second, lost: true, Terms.VerdictValidity + TimeSpan.FromMilliseconds(1)));
        Assert.NotNull(_watch.Verdict("k1", Boot, second, lost: true, Terms.VerdictValidity + TimeSpan.FromMilliseconds(2)));
    }

    [Fact]
    public void A_controller_that_was_held_up_itself_judges_nobody_before_it_has_listened()
    {
        var half = Terms.Length / 2;
        var tick = Terms.HeartbeatInterval;
        var model = ClusterModel.Empty.Apply(new HostBooted(DateTimeOffset.UnixEpoch, new HostId("node1"), Boot, new Resources(800, 4096)));
        bool IsSuspect(TimeSpan now) => _watch.Suspects(model, Observed.Nothing, now).Any();

        Assert.False(IsSuspect(tick));
        Assert.False(IsSuspect(2 * tick));
        Assert.True(IsSuspect(half));

        // With the whole machine: the hosts need a moment to be heard, whatever the clock says.
        var woken = half + Terms.Length;
        Assert.False(IsSuspect(woken));
        Assert.False(IsSuspect(woken + tick));
        Assert.False(IsSuspect(woken + (2 * tick)));
        Assert.True(IsSuspect(woken + half));
        Assert.True(IsSuspect(woken + half + tick));
    }
}
