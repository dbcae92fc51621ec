using Trapline.Controller.Leases;
using Trapline.Shared.Ids;
using Trapline.Shared.Leases;

namespace Trapline.Controller.Tests.Leases;

/// <summary>Which verdicts of keepers make a majority.</summary>
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
}
