using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Reconciliation;

/// <summary>What follows from the end of an incarnation: whether and when the VM is started again.</summary>
public static class RestartRules
{
    /// <summary>The event for an end, with what the policy makes of it.</summary>
    public static VmEnded Ended(VmRecord vm, Assignment assignment, EndReason end, string? detail, ReconcilerSettings settings, DateTimeOffset now)
    {
        var again = vm.Desired == DesiredState.Running && Restarts(vm.Spec.Restart, end);
        var tooSoon = again && EndedItself(vm, assignment, end) && now - assignment.Since < settings.SoonAfterStart;
        var counts = tooSoon || CountsAsCrash(end);
        var crashes = vm.Crashes + (counts ? 1 : 0);
        var crashLoop = again && crashes >= settings.CrashLoopAfter;
        DateTimeOffset? retryAt = again && !crashLoop ? now + (counts ? Backoff(crashes, settings) : TimeSpan.Zero) : null;
        return new VmEnded(now, vm.Id, assignment.Incarnation, end, detail, retryAt, crashLoop, tooSoon);
    }

    /// <summary>Without a fault, and not because a user rebooted it.</summary>
    private static bool EndedItself(VmRecord vm, Assignment assignment, EndReason end) =>
        end is EndReason.PoweredOff or EndReason.GuestReset && vm.Reboot != assignment.Incarnation;

    /// <summary>A host's end is not the guest's fault.</summary>
    private static bool CountsAsCrash(EndReason end) => VmLifecycle.IsCrash(end) && end != EndReason.HostLost;

    /// <summary>A stop by request is followed by a start only if the user has changed his mind meanwhile, which is what Desired says.</summary>
    private static bool Restarts(RestartPolicy policy, EndReason end) => end switch
    {
        EndReason.StoppedByRequest or EndReason.Moved or EndReason.Fenced => true,
        EndReason.PoweredOff => policy == RestartPolicy.Always,
        EndReason.GuestReset => true,
        EndReason.ImageChanged => false,
        _ => policy != RestartPolicy.Never,
    };

    private static TimeSpan Backoff(int crashes, ReconcilerSettings settings)
    {
        if (crashes <= 1)
            return settings.BackoffFirst;
        var doublings = Math.Min(crashes - 2, 30);
        var wait = settings.BackoffStep.Ticks * (double)(1L << doublings);
        return wait >= settings.BackoffMost.Ticks ? settings.BackoffMost : TimeSpan.FromTicks((long)wait);
    }
}
