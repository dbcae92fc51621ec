using System.Collections.Frozen;

namespace Trapline.Shared.Vms;

/// <summary>
/// The one table of legal transitions of a VM on its host, asserted on every change.
/// <code>
///  Defined ──► Starting ──► Running ◄──► Paused
///                 │            │            │
///                 ├────────────┼────────────┤
///                 ▼            ▼            ▼
///              Crashed ◄── Stopping ──► Stopped        (Running also ends by itself: Stopped, Crashed)
/// </code>
/// Stopped and Crashed are final: the next start is another incarnation.
/// </summary>
public static class VmLifecycle
{
    private static readonly FrozenSet<(VmState From, VmState To)> Legal = new[]
    {
        (VmState.Defined, VmState.Starting),
        (VmState.Starting, VmState.Running),
        (VmState.Starting, VmState.Paused),
        (VmState.Starting, VmState.Stopping),
        (VmState.Starting, VmState.Crashed),
        (VmState.Running, VmState.Paused),
        (VmState.Running, VmState.Stopping),
        (VmState.Running, VmState.Stopped),
        (VmState.Running, VmState.Crashed),
        (VmState.Paused, VmState.Running),
        (VmState.Paused, VmState.Stopping),
        (VmState.Paused, VmState.Stopped),
        (VmState.Paused, VmState.Crashed),
        (VmState.Stopping, VmState.Stopped),
        (VmState.Stopping, VmState.Crashed),
    }.ToFrozenSet();

    /// <summary>Whether a VM may go from one state to the other.</summary>
    public static bool IsLegal(VmState from, VmState to) => Legal.Contains((from, to));

    /// <summary>Whether the state is final for its incarnation.</summary>
    public static bool IsFinal(VmState state) => state is VmState.Stopped or VmState.Crashed;

    /// <summary>Whether an end is a crash, which <see cref="RestartPolicy.OnFailure"/> restarts.</summary>
    public static bool IsCrash(EndReason reason) =>
        reason is EndReason.GuestPanic or EndReason.GuestHang or EndReason.HypervisorFault or EndReason.StartFailed or EndReason.HostLost;
}
