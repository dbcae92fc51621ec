using Trapline.Hypervisor.DeviceTree;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Time;

namespace Trapline.Hypervisor.Devices.Rtc;

/// <summary>The real-time clock on the bus.</summary>
public sealed class RtcDevice : IMmioDevice
{
    /// <summary>Bytes of its window.</summary>
    public const ulong WindowSize = 0x1000;

    private readonly Lock _gate = new();
    private readonly RtcChip _chip;
    private readonly IAlarmTimer _timer;
    private readonly IInterruptLine _line;
    private ulong? _deadline;
    private bool _level;

    /// <summary>Makes the device at reset, or as it was saved.</summary>
    public RtcDevice(IMachineClock clock, IAlarmTimer timer, IInterruptLine line, RtcStateV1? state = null)
    {
        _chip = new RtcChip(clock, state);
        _timer = timer;
        _line = line;
        _chip.Update();
        _level = _chip.Interrupt;
        _line.Set(_level);
        SetDeadline();
    }

    /// <inheritdoc/>
    public ulong Read(ulong offset, int size)
    {
        if (size != 4)
            return 0;
        lock (_gate)
            return _chip.Read(offset);
    }

    /// <inheritdoc/>
    public void Write(ulong offset, int size, ulong value)
    {
        if (size != 4)
            return;
        lock (_gate)
        {
            _chip.Write(offset, (uint)value);
            Settle();
        }
    }

    /// <summary>The machine calls this when the deadline that was set has come; a call too early or too often does no harm.</summary>
    public void AlarmDue()
    {
        lock (_gate)
        {
            _chip.Update();
            _deadline = null; // the timer is spent: set it again even for the same time
            Settle();
        }
    }

    /// <summary>The device as it stands.</summary>
    public RtcStateV1 Save()
    {
        lock (_gate)
            return _chip.Save();
    }

    /// <summary>Writes its device-tree node.</summary>
    public static void WriteNode(FdtWriter tree, Gpa address, FdtInterrupt interrupt)
    {
        tree.BeginNode("rtc", address.Value);
        tree.Property("compatible", "google,goldfish-rtc");
        tree.Reg(address, WindowSize);
        tree.Interrupt(interrupt);
        tree.EndNode();
    }

    private void Settle()
    {
        SetDeadline();
        var level = _chip.Interrupt;
        if (level == _level)
            return;
        _level = level;
        _line.Set(level);
    }

    private void SetDeadline()
    {
        var deadline = _chip.Deadline;
        if (deadline == _deadline)
            return;
        _deadline = deadline;
        _timer.SetDeadline(deadline);
    }
}
