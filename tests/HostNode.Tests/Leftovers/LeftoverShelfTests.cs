using Trapline.HostNode.Leftovers;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Tests.Leftovers;

/// <summary>Orders about what was left may be lost, come twice or late: nothing is deleted that was not judged, and no part is passed over.</summary>
public sealed class LeftoverShelfTests
{
    private static readonly BootId Boot = new("b1");
    private static readonly VmId A = new("a");
    private static readonly VmId B = new("b");
    private static readonly VmId C = new("c");
    private static readonly MoveId Move = new("c.1.1");

    private readonly LeftoverShelf _shelf = new(most: 2);

    public LeftoverShelfTests()
    {
        _shelf.Begin();
        _shelf.Found(new LeftoverFinds([A, B, C], [Move]));
    }

    [Fact]
    public void It_is_reported_in_parts_each_until_it_is_settled()
    {
        Assert.Equal("a b", Names(_shelf.Report().Vms));
        Assert.Empty(_shelf.Report().Part.Moves);
        Assert.Equal("b", Names(Settle(1, [B, C], [])!.Value.Vms));
        Assert.Equal("c", Names(_shelf.Report().Vms));
        Assert.Equal("c.1.1", Names(_shelf.Report().Part.Moves));
        Assert.Equal("c.1.1", Names(Settle(2, [], [Move])!.Value.Moves));
        Assert.True(_shelf.Report().Part is { Number: 3, Done: true });
        Assert.Null(Settle(3, [A], []));
    }

    [Fact]
    public void An_order_that_comes_twice_or_too_early_settles_nothing()
    {
        Assert.Null(Settle(2, [C], []));
        Assert.NotNull(Settle(1, [], []));
        Assert.Null(Settle(1, [C], []));
        Assert.Equal("c", Names(_shelf.Report().Vms));
    }

    [Fact]
    public void An_order_about_an_earlier_look_settles_nothing_and_nothing_is_settled_while_it_looks()
    {
        _shelf.Begin();
        Assert.Null(Settle(1, [A], [], look: 1));
        Assert.Null(Settle(1, [A], [], look: 2));
        Assert.False(_shelf.Report().Part.Done);
        _shelf.Found(new LeftoverFinds([A], []));
        Assert.Null(Settle(1, [A], [], look: 1));
        Assert.Equal("a", Names(Settle(1, [A], [], look: 2)!.Value.Vms));
    }

    private static string Names<T>(IEnumerable<T> ids) => string.Join(' ', ids);

    private (IReadOnlyList<VmId> Vms, IReadOnlyList<MoveId> Moves)? Settle(long part, VmId[] vms, MoveId[] moves, long look = 1) =>
        _shelf.Settle(new SettleLeftovers(Boot, look, part, [.. vms], [.. moves])) is var (v, m) ? (v, m) : null;
}
