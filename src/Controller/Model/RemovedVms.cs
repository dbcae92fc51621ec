using System.Collections.Immutable;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Model;

/// <summary>
/// The VMs that were removed last. Only what stands here may be deleted from the disk: a VM that the model does not know at all may be one whose
/// journal was lost, and one that was removed so long ago that it was dropped from here loses nothing by being kept.
/// </summary>
/// <param name="InOrder">The oldest first.</param>
/// <param name="Ids">The same, to look them up.</param>
public sealed record RemovedVms(ImmutableQueue<VmId> InOrder, ImmutableHashSet<VmId> Ids)
{
    /// <summary>How many are remembered: their hosts report what they have of them within seconds, or when they return.</summary>
    public const int Capacity = 10_000;

    /// <summary>None was removed.</summary>
    public static RemovedVms None { get; } = new([], []);

    /// <summary>With one more.</summary>
    public RemovedVms With(VmId vm)
    {
        if (Ids.Contains(vm))
            return this;
        var (order, ids) = (InOrder.Enqueue(vm), Ids.Add(vm));
        if (ids.Count <= Capacity)
            return new RemovedVms(order, ids);
        order = order.Dequeue(out var oldest);
        return new RemovedVms(order, ids.Remove(oldest));
    }
}
