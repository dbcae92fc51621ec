using Trapline.Hypervisor.Machine;
using Trapline.Shared.Vms;

namespace Trapline.HostNode.Vms;

/// <summary>From the machine's ends to the cluster's.</summary>
internal static class EndMapping
{
    /// <summary>The final state and reason.</summary>
    /// <param name="kind">How the machine ended.</param>
    /// <param name="requested">Why it was told to end, if it was.</param>
    public static (VmState State, EndReason Reason) Of(GuestEndKind kind, EndReason? requested) => kind switch
    {
        _ when requested is { } reason => (VmState.Stopped, reason),
        GuestEndKind.PowerOff => (VmState.Stopped, EndReason.PoweredOff),
        GuestEndKind.Reboot => (VmState.Stopped, EndReason.GuestReset),
        GuestEndKind.Panic => (VmState.Crashed, EndReason.GuestPanic),
        GuestEndKind.Watchdog => (VmState.Crashed, EndReason.GuestHang),
        GuestEndKind.Stopped => (VmState.Stopped, EndReason.StoppedByRequest),
        _ => (VmState.Crashed, EndReason.HypervisorFault),
    };
}
