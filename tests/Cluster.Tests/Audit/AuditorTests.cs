using Trapline.Shared.Audit;
using Trapline.Shared.Ids;

namespace Trapline.Cluster.Tests.Audit;

/// <summary>The auditor itself: it must see what it is there to see.</summary>
public sealed class AuditorTests
{
    private static readonly VmId Vm = new("vm-1");

    [Fact]
    public void A_copy_that_ends_before_the_next_begins_is_right()
    {
        var complaints = Complaints(
            [At("a", 0, AuditKind.Permit, until: 100), Runs("a", 10, 1), Stops("a", 40, 1)],
            [At("b", 0, AuditKind.Permit, until: 100), Runs("b", 41, 2)]);
        Assert.Empty(complaints);
    }

    [Fact]
    public void Two_copies_at_a_time_are_seen()
    {
        var complaints = Complaints(
            [At("a", 0, AuditKind.Permit, until: 100), Runs("a", 10, 1), Stops("a", 50, 1)],
            [At("b", 0, AuditKind.Permit, until: 100), Runs("b", 41, 2)]);
        Assert.Contains("two copies", Assert.Single(complaints), StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_without_a_permit_does_not_execute_and_one_with_a_new_permit_does()
    {
        AuditLine[] first = [At("a", 0, AuditKind.Permit, until: 30), Runs("a", 10, 1), At("a", 31, AuditKind.Lapse)];
        AuditLine[] second = [At("b", 0, AuditKind.Permit, until: 100), Runs("b", 41, 2)];
        Assert.Empty(Complaints(first, second));
        Assert.Equal(2, Complaints([.. first, At("a", 60, AuditKind.Permit, until: 70)], second).Count);
    }

    [Fact]
    public void A_process_that_died_executes_nothing_more()
    {
        AuditLine[] first = [At("a", 0, AuditKind.Permit, until: 100), Runs("a", 10, 1)];
        AuditLine[] second = [At("b", 0, AuditKind.Permit, until: 100), Runs("b", 41, 2)];
        Assert.NotEmpty(Complaints(first, second));
        Assert.Empty(Complaints([.. first, At("a", 40, AuditKind.Died)], second));
    }

    [Fact]
    public void A_slice_that_began_without_a_permit_is_seen_and_the_rest_of_one_is_not_blamed()
    {
        AuditLine permit = At("a", 0, AuditKind.Permit, until: 30);
        Assert.Empty(Complaints([permit, At("a", 90, AuditKind.Overrun, from: 29)]));
        Assert.Contains("without a permit", Assert.Single(Complaints([permit, At("a", 90, AuditKind.Overrun, from: 31)])), StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Complaints(params AuditLine[][] logs) =>
        Auditor.Of(logs.ToDictionary(lines => lines[0].Host.Value, lines => (IEnumerable<AuditLine>)lines, StringComparer.Ordinal), now: 1000).Complaints;

    private static AuditLine Runs(string host, long at, long incarnation) => new(at, new HostId(host), new BootId("b1"), AuditKind.Runs, Vm, new Incarnation(incarnation));

    private static AuditLine Stops(string host, long at, long incarnation) => Runs(host, at, incarnation) with { Kind = AuditKind.Stops };

    private static AuditLine At(string host, long at, AuditKind kind, long? until = null, long? from = null) => new(at, new HostId(host), new BootId("b1"), kind, Until: until, From: from);
}
