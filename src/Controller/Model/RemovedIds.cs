using System.Collections.Immutable;

namespace Trapline.Controller.Model;

/// <summary>
/// What was removed last. Only what stands here may be deleted from the disk: a thing that the model does not know at all may be one whose journal was
/// lost, and one that was removed so long ago that it was dropped from here loses nothing by being kept.
/// </summary>
/// <param name="InOrder">The oldest first.</param>
/// <param name="Ids">The same, to look them up.</param>
public sealed record RemovedIds<T>(ImmutableQueue<T> InOrder, ImmutableHashSet<T> Ids)
    where T : struct
{
    /// <summary>None was removed.</summary>
    public static RemovedIds<T> None { get; } = new([], []);

    /// <summary>These, the oldest first.</summary>
    public static RemovedIds<T> Of(IEnumerable<T> ids) => ids.Aggregate(None, (removed, id) => removed.With(id));

    /// <summary>With one more.</summary>
    public RemovedIds<T> With(T id)
    {
        if (Ids.Contains(id))
            return this;
        var (order, ids) = (InOrder.Enqueue(id), Ids.Add(id));
        if (ids.Count <= RemovedLimit.Capacity)
            return new RemovedIds<T>(order, ids);
        order = order.Dequeue(out var oldest);
        return new RemovedIds<T>(order, ids.Remove(oldest));
    }
}

/// <summary>How much is remembered of what was removed.</summary>
public static class RemovedLimit
{
    /// <summary>How many: their hosts report what they have of them within seconds, or when they return.</summary>
    public const int Capacity = 10_000;
}
