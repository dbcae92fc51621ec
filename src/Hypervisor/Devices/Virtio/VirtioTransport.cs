using System.Buffers.Binary;
using Trapline.Hypervisor.Devices.Virtio.Queues;
using Trapline.Hypervisor.Memory;
using static Trapline.Hypervisor.Devices.Virtio.VirtioRegisters;

namespace Trapline.Hypervisor.Devices.Virtio;

/// <summary>
/// The register window of a virtio device on a memory-mapped bus (virtio 1.2, section 4.2), version 2 only. Once made, it leaves
/// its lock to others: <see cref="VirtioSlot"/> takes it for the guest's accesses, functions take it for events of their own.
/// <code>
///   status:  0 --> ACKNOWLEDGE --> DRIVER --> FEATURES_OK --> DRIVER_OK
///            ^                                (only for a subset of the offer    |  broken ring: NEEDS_RESET,
///            |                                 with VERSION_1; else it stays 0)  v  nothing is done until reset
///            +------------------- write 0 (reset) <--------------------------- any
/// </code>
/// </summary>
public sealed class VirtioTransport
{
    private const uint VendorId = 0x4c_50_52_54; // "TRPL"

    private readonly VirtioFunction _function;
    private readonly IInterruptLine _line;
    private readonly Virtqueue[] _queues;
    private uint _status;
    private uint _deviceFeaturesSelect;
    private uint _driverFeaturesSelect;
    private ulong _driverFeatures;
    private uint _queueSelect;
    private uint _interruptStatus;
    private uint _configGeneration;

    /// <summary>Makes the device after power-on, or as it was saved; guest memory must be there already.</summary>
    public VirtioTransport(IGuestMemory memory, IInterruptLine line, VirtioFunction function, VirtioStateV1? state = null)
    {
        Memory = memory;
        _line = line;
        _function = function;
        _queues = [.. function.QueueSizes.Select(size => new Virtqueue(memory, size))];
        if (state is not null)
            Restore(state);
        lock (Gate)
        {
            function.Attach(this); // from here on its events may come in on other threads
            _line.Set(_interruptStatus != 0);
            if (Running)
                NotifyAll(); // what was made available and not yet taken when the state was saved
        }
    }

    /// <summary>The lock under which everything here runs.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Guest memory.</summary>
    public IGuestMemory Memory { get; }

    /// <summary>Whether the driver is up and nothing is broken.</summary>
    public bool Running => (_status & (StatusDriverOk | StatusNeedsReset)) == StatusDriverOk;

    /// <summary>How the driver broke the rules, while the device needs a reset for it.</summary>
    public VirtqueueFault Fault => Array.Find(_queues, q => q.Fault != VirtqueueFault.None)?.Fault ?? VirtqueueFault.None;

    private ulong Offered => _function.Features | VirtioFeatures.Common;

    /// <summary>A queue of the device.</summary>
    public Virtqueue Queue(int index) => _queues[index];

    /// <summary>Whether both sides agreed on a feature.</summary>
    public bool Negotiated(ulong feature) => (_driverFeatures & feature) != 0 && (_status & StatusFeaturesOk) != 0;

    /// <summary>Interrupts the driver for chains given back, if it wants that.</summary>
    public void SignalUsed(int queue)
    {
        if (_queues[queue].WantsInterrupt())
            Interrupt(InterruptUsed);
    }

    /// <summary>Says that the configuration space has changed (section 2.5).</summary>
    public void ConfigChanged()
    {
        _configGeneration++;
        if ((_status & StatusDriverOk) != 0)
            Interrupt(InterruptConfig);
    }

    /// <summary>Goes to NEEDS_RESET if the driver broke the queue's rules (section 2.1.2).</summary>
    public void CheckQueue(int queue)
    {
        if (_queues[queue].Fault == VirtqueueFault.None || (_status & StatusNeedsReset) != 0)
            return;
        _status |= StatusNeedsReset;
        if ((_status & StatusDriverOk) != 0)
            Interrupt(InterruptConfig);
    }

    /// <summary>Reads a register.</summary>
    public ulong Read(ulong offset, int size)
    {
        if (offset >= ConfigBase)
            return ReadConfig(offset - ConfigBase, size);
        if (size != 4)
            return 0; // section 4.2.2.2: 32-bit accesses only, outside the configuration space
        return offset switch
        {
            MagicValue => Magic,
            VersionRegister => ModernVersion,
            DeviceIdRegister => _function.DeviceId,
            VendorIdRegister => VendorId,
            DeviceFeatures => _deviceFeaturesSelect < 2 ? (uint)(Offered >> (int)(_deviceFeaturesSelect * 32)) : 0,
            QueueSizeMax => Selected?.MaxSize ?? 0u,
            QueueReady => Selected is { Ready: true } ? 1u : 0,
            InterruptStatusRegister => _interruptStatus,
            StatusRegister => _status,
            SharedLengthLow or SharedLengthHigh or SharedBaseLow or SharedBaseHigh => uint.MaxValue, // no such region (4.2.2.1)
            ConfigGenerationRegister => _configGeneration,
            _ => 0,
        };
    }

    /// <summary>Writes a register.</summary>
    public void Write(ulong offset, int size, ulong value)
    {
        if (offset >= ConfigBase)
        {
            if (offset - ConfigBase + (ulong)size <= (ulong)_function.ConfigSize)
                _function.WriteConfig((int)(offset - ConfigBase), size, value);
            return;
        }

        if (size != 4)
            return;
        var word = (uint)value;
        switch (offset)
        {
            case DeviceFeaturesSelect:
                _deviceFeaturesSelect = word;
                break;
            case DriverFeaturesSelect:
                _driverFeaturesSelect = word;
                break;
            case DriverFeatures:
                SelectFeatures(word);
                break;
            case QueueSelect:
                _queueSelect = word;
                break;
            case QueueNotify:
                if (Running && word < _queues.Length)
                    _function.OnNotify((int)word);
                break;
            case InterruptAcknowledge:
                _interruptStatus &= ~word;
                _line.Set(_interruptStatus != 0);
                break;
            case StatusRegister:
                WriteStatus(word);
                break;
            default:
                if (Selected is { } queue)
                    WriteQueue(queue, offset, word);
                break;
        }
    }

    /// <summary>The device as it stands.</summary>
    public VirtioStateV1 Save() => new(
        _function.DeviceId, _status, _deviceFeaturesSelect, _driverFeaturesSelect, _driverFeatures, _queueSelect,
        _interruptStatus, _configGeneration, [.. _queues.Select(q => q.Save())]);

    private Virtqueue? Selected => _queueSelect < _queues.Length ? _queues[_queueSelect] : null;

    private ulong ReadConfig(ulong offset, int size)
    {
        if (offset + (ulong)size > (ulong)_function.ConfigSize)
            return 0;
        Span<byte> config = stackalloc byte[VirtioFunction.ConfigLimit];
        config.Clear();
        _function.ReadConfig(config[.._function.ConfigSize]);
        var field = config[(int)offset..];
        return size switch
        {
            1 => field[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(field),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(field),
            8 => BinaryPrimitives.ReadUInt64LittleEndian(field),
            _ => 0,
        };
    }

    private void SelectFeatures(uint word)
    {
        if ((_status & StatusFeaturesOk) != 0 || _driverFeaturesSelect > 1)
            return; // section 3.1.1: the choice is final once FEATURES_OK is set
        var shift = (int)(_driverFeaturesSelect * 32);
        _driverFeatures = (_driverFeatures & ~(0xffff_ffffUL << shift)) | ((ulong)word << shift);
    }

    private void WriteStatus(uint value)
    {
        if (value == 0)
        {
            Reset();
            return;
        }

        // Section 2.1.1: a driver sets bits one by one and never clears them.
        var added = value & ~_status & (StatusAcknowledge | StatusDriver | StatusFeaturesOk | StatusDriverOk | StatusFailed);
        if ((added & StatusFeaturesOk) != 0 && !AcceptFeatures())
            added &= ~StatusFeaturesOk;
        if (((_status | added) & StatusFeaturesOk) == 0)
            added &= ~StatusDriverOk;
        _status |= added;
        if ((added & StatusDriverOk) != 0)
            NotifyAll(); // chains may have been made available before
    }

    /// <summary>Section 2.2.1: the driver may only take what is offered, and this device only speaks to modern drivers.</summary>
    private bool AcceptFeatures()
    {
        if ((_driverFeatures & ~Offered) != 0 || (_driverFeatures & VirtioFeatures.Version1) == 0)
            return false;
        SetQueueFeatures();
        return true;
    }

    private void SetQueueFeatures()
    {
        foreach (var queue in _queues)
        {
            queue.EventIndex = (_driverFeatures & VirtioFeatures.EventIndex) != 0;
            queue.Indirect = (_driverFeatures & VirtioFeatures.IndirectDescriptors) != 0;
        }
    }

    private void WriteQueue(Virtqueue queue, ulong offset, uint word)
    {
        if (offset == QueueReady)
        {
            if ((word & 1) == 0)
                queue.Stop();
            else
                queue.MakeReady();
            CheckQueue((int)_queueSelect);
            return;
        }

        if (queue.Ready)
            return; // section 4.2.2.2: the layout stands while the queue is ready
        switch (offset)
        {
            case QueueSize:
                queue.Size = (ushort)Math.Min(word, ushort.MaxValue);
                break;
            case QueueDescriptorsLow:
                queue.Descriptors = WithLow(queue.Descriptors, word);
                break;
            case QueueDescriptorsHigh:
                queue.Descriptors = WithHigh(queue.Descriptors, word);
                break;
            case QueueDriverLow:
                queue.DriverArea = WithLow(queue.DriverArea, word);
                break;
            case QueueDriverHigh:
                queue.DriverArea = WithHigh(queue.DriverArea, word);
                break;
            case QueueDeviceLow:
                queue.DeviceArea = WithLow(queue.DeviceArea, word);
                break;
            case QueueDeviceHigh:
                queue.DeviceArea = WithHigh(queue.DeviceArea, word);
                break;
        }
    }

    private void Reset()
    {
        _status = 0;
        _deviceFeaturesSelect = 0;
        _driverFeaturesSelect = 0;
        _driverFeatures = 0;
        _queueSelect = 0;
        _interruptStatus = 0;
        foreach (var queue in _queues)
            queue.Reset();
        _function.OnReset();
        _line.Set(false);
    }

    private void Restore(VirtioStateV1 state)
    {
        _status = state.Status;
        _deviceFeaturesSelect = state.DeviceFeaturesSelect;
        _driverFeaturesSelect = state.DriverFeaturesSelect;
        _driverFeatures = state.DriverFeatures & Offered;
        _queueSelect = state.QueueSelect;
        _interruptStatus = state.InterruptStatus;
        _configGeneration = state.ConfigGeneration;
        for (var i = 0; i < Math.Min(_queues.Length, state.Queues.Length); i++)
        {
            _queues[i].Restore(state.Queues[i]);
            CheckQueue(i);
        }

        if ((_status & StatusFeaturesOk) != 0)
            SetQueueFeatures();
    }

    private void NotifyAll()
    {
        for (var i = 0; i < _queues.Length && Running; i++)
            _function.OnNotify(i);
    }

    private void Interrupt(uint reason)
    {
        _interruptStatus |= reason;
        _line.Set(true);
    }

    private static ulong WithLow(ulong old, uint low) => (old & 0xffff_ffff_0000_0000) | low;

    private static ulong WithHigh(ulong old, uint high) => (old & 0xffff_ffff) | ((ulong)high << 32);
}
