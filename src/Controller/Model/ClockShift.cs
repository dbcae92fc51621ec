namespace Trapline.Controller.Model;

/// <summary>
/// What it means for the model that the wall clock was set: the times that something waits for or is counted from move with it, and what is mere history
/// stays as it was told.
/// </summary>
internal static class ClockShift
{
    public static ClusterModel By(TimeSpan by, ClusterModel model) => model with
    {
        Vms = model.Vms.SetItems(model.Vms.Values.Select(vm => KeyValuePair.Create(vm.Id, Shift(vm, by)))),
        Snapshots = model.Snapshots.SetItems(model.Snapshots.Values
            .Where(snapshot => snapshot.Phase == SnapshotPhase.Taking)
            .Select(snapshot => KeyValuePair.Create(snapshot.Id, snapshot with { At = Shift(snapshot.At, by) }))),
    };

    private static VmRecord Shift(VmRecord vm, TimeSpan by) => vm with
    {
        Assignment = vm.Assignment is { } assignment ? assignment with { Since = Shift(assignment.Since, by) } : null,
        Move = vm.Move is { } move ? move with { Since = Shift(move.Since, by) } : null,
        LastMovedAt = Shift(vm.LastMovedAt, by),
        RetryAt = Shift(vm.RetryAt, by),
        NoMoveBefore = Shift(vm.NoMoveBefore, by),
    };

    private static DateTimeOffset? Shift(DateTimeOffset? at, TimeSpan by) => at is { } known ? Shift(known, by) : null;

    /// <summary>A journal with impossible times replays too.</summary>
    private static DateTimeOffset Shift(DateTimeOffset at, TimeSpan by) =>
        new((long)Int128.Clamp((Int128)at.UtcTicks + by.Ticks, DateTimeOffset.MinValue.UtcTicks, DateTimeOffset.MaxValue.UtcTicks), TimeSpan.Zero);
}
