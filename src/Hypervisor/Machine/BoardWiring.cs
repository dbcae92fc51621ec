using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Devices.Clint;
using Trapline.Hypervisor.Devices.Rtc;
using Trapline.Hypervisor.Devices.Syscon;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Time;

namespace Trapline.Hypervisor.Machine;

/// <summary>The wire from an interrupt controller to a hart.</summary>
internal sealed class HartLine(Hart hart, HartInterrupt interrupt) : IInterruptLine
{
    public void Set(bool level) => hart.SetInterrupt(interrupt, level);
}

/// <summary>
/// MTIP of one hart: high exactly while <c>mtime</c> is at or past the deadline. The CLINT says when; the hart's loop looks at the
/// clock before it enters the guest, and sleeps no longer than until then.
/// </summary>
internal sealed class MachineTimer(Hart hart, IMachineClock clock) : ITimerTarget
{
    private ulong _deadline = ulong.MaxValue;

    /// <summary>The deadline in ticks.</summary>
    public ulong Deadline => Volatile.Read(ref _deadline);

    public void SetDeadline(ulong ticks)
    {
        Volatile.Write(ref _deadline, ticks);
        hart.SetInterrupt(HartInterrupt.MachineTimer, clock.Ticks >= ticks);
        // Wakes a parked hart, so that it parks again until the new deadline; a running one ends its turn.
        hart.Request(HartRequests.Timer | HartRequests.Exit);
    }

    /// <summary>Raises the interrupt if it is time.</summary>
    public void Update(ulong now)
    {
        if (now >= Deadline)
            hart.SetInterrupt(HartInterrupt.MachineTimer, true);
    }
}

/// <summary>The alarm of the real-time clock: kept until the machine looks at it.</summary>
internal sealed class DeviceAlarm : IAlarmTimer
{
    private ulong _deadline = ulong.MaxValue;

    /// <summary>Called when the deadline changed; any thread.</summary>
    public Action? Changed { get; set; }

    /// <summary>The deadline in ticks.</summary>
    public ulong Deadline => Volatile.Read(ref _deadline);

    public void SetDeadline(ulong ticks)
    {
        Volatile.Write(ref _deadline, ticks);
        Changed?.Invoke();
    }
}

/// <summary>The test finisher's wire to the machine.</summary>
internal sealed class PowerSwitch : ISystemControl
{
    /// <summary>Who carries requests out.</summary>
    public Action<SystemRequest, ushort>? Pressed { get; set; }

    public void Request(SystemRequest request, ushort code) => Pressed?.Invoke(request, code);
}
