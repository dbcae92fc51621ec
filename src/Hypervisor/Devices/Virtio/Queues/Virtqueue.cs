using System.Buffers.Binary;
using System.Numerics;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Devices.Virtio.Queues;

/// <summary>What <see cref="Virtqueue.TryTake"/> found.</summary>
public enum TakeResult
{
    /// <summary>Nothing waits.</summary>
    Empty,

    /// <summary>A chain was taken.</summary>
    Taken,

    /// <summary>The driver broke the rules; <see cref="Virtqueue.Fault"/> says how.</summary>
    Broken,
}

/// <summary>
/// The device's side of a split virtqueue (virtio 1.2, section 2.7). Everything in guest memory is hostile and may change at any
/// moment: each field is read once, every index is checked, every walk is bounded. Without locks; used under the slot's.
/// <code>
///   descriptors  16 bytes each: address, length, flags, next           2.7.5
///   driver area  flags, index, ring of heads, used_event               2.7.6
///   device area  flags, index, ring of (head, written), avail_event    2.7.8
/// </code>
/// </summary>
public sealed class Virtqueue(IGuestMemory memory, ushort maxSize)
{
    /// <summary>The longest chain, in descriptors, with those of its indirect table.</summary>
    public const int MaxChainLength = 1024;

    private const ushort FlagNext = 1;
    private const ushort FlagWrite = 2;
    private const ushort FlagIndirect = 4;
    private const ushort NoInterrupt = 1;
    private const int DescriptorSize = 16;

    private ushort _nextAvailable;
    private ushort _usedIndex;
    private ushort _signalledIndex;

    /// <summary>The most entries that the driver may choose.</summary>
    public ushort MaxSize { get; } = maxSize;

    /// <summary>The entries that the driver chose.</summary>
    public ushort Size { get; internal set; } = maxSize;

    /// <summary>Whether the driver has handed the queue over.</summary>
    public bool Ready { get; private set; }

    /// <summary>Grows each time that the queue is reset: work for an older epoch must no longer touch guest memory.</summary>
    public int Epoch { get; private set; }

    /// <summary>How the driver broke the rules, if it did.</summary>
    public VirtqueueFault Fault { get; private set; }

    internal ulong Descriptors { get; set; }

    internal ulong DriverArea { get; set; }

    internal ulong DeviceArea { get; set; }

    internal bool EventIndex { get; set; }

    internal bool Indirect { get; set; }

    /// <summary>Whether the driver says that so many chains are available. It may lie: only taking them shows.</summary>
    public bool Offers(int chains) =>
        Ready && Fault == VirtqueueFault.None && TryRead16(DriverArea + 2, out var available) && (ushort)(available - _nextAvailable) >= chains;

    /// <summary>Takes the next chain that the driver made available.</summary>
    public TakeResult TryTake(DescriptorChain chain)
    {
        if (!Ready || Fault != VirtqueueFault.None)
            return Fault == VirtqueueFault.None ? TakeResult.Empty : TakeResult.Broken;
        if (!TryRead16(DriverArea + 2, out var available))
            return Break(VirtqueueFault.OutsideMemory);
        var waiting = (ushort)(available - _nextAvailable);
        if (waiting == 0)
            return TakeResult.Empty;
        if (waiting > Size)
            return Break(VirtqueueFault.BadAvailableIndex);

        Thread.MemoryBarrier(); // the ring entry is read after the index that covers it (section 2.7.13.1)
        if (!TryRead16(DriverArea + 4 + (2UL * (uint)(_nextAvailable % Size)), out var head))
            return Break(VirtqueueFault.OutsideMemory);
        chain.Begin(head);
        var fault = Walk(chain, head);
        if (fault != VirtqueueFault.None)
            return Break(fault);
        _nextAvailable++;
        return TakeResult.Taken;
    }

    /// <summary>Gives a chain back (section 2.7.8).</summary>
    /// <param name="head">The chain's head.</param>
    /// <param name="written">How many bytes of its writable part were written.</param>
    public void Give(ushort head, uint written)
    {
        Span<byte> entry = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(entry, head);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], written);
        if (!memory.TryWrite(new Gpa(DeviceArea + 4 + (8UL * (uint)(_usedIndex % Size))), entry))
        {
            Break(VirtqueueFault.OutsideMemory);
            return;
        }

        Thread.MemoryBarrier(); // the entry, and the buffers, are visible before the index that covers them
        _usedIndex++;
        TryWrite16(DeviceArea + 2, _usedIndex);
    }

    /// <summary>Whether the driver wants an interrupt for what was given since the last call (sections 2.7.7 and 2.7.10).</summary>
    public bool WantsInterrupt()
    {
        Thread.MemoryBarrier(); // the used index is visible before the driver's wish is read
        if (!EventIndex)
            return TryRead16(DriverArea, out var flags) && (flags & NoInterrupt) == 0;
        if (!TryRead16(DriverArea + 4 + (2UL * Size), out var usedEvent))
            return false;
        var given = (ushort)(_usedIndex - _signalledIndex);
        _signalledIndex = _usedIndex;
        return (ushort)(_usedIndex - usedEvent - 1) < given;
    }

    /// <summary>
    /// Asks the driver to notify of the next chain, and looks again: true if more came meanwhile and should be taken first.
    /// </summary>
    public bool AskForNotification()
    {
        if (!Ready || Fault != VirtqueueFault.None)
            return false;
        if (EventIndex)
            TryWrite16(DeviceArea + 4 + (8UL * Size), _nextAvailable);
        Thread.MemoryBarrier(); // our wish is visible before the index is read: else both sides could wait for each other
        return TryRead16(DriverArea + 2, out var available) && available != _nextAvailable;
    }

    /// <summary>Marks the queue as broken by a request that the device function cannot make sense of.</summary>
    public TakeResult Break(VirtqueueFault fault)
    {
        Fault = fault;
        return TakeResult.Broken;
    }

    /// <summary>The driver hands the queue over (register QueueReady). A layout that makes no sense breaks the queue.</summary>
    internal void MakeReady()
    {
        if (Ready)
            return;
        if (!LayoutMakesSense())
        {
            Fault = VirtqueueFault.BadLayout;
            return;
        }

        _nextAvailable = 0;
        _usedIndex = 0;
        _signalledIndex = 0;
        Ready = true;
    }

    /// <summary>Takes the queue back from the driver.</summary>
    internal void Stop()
    {
        Ready = false;
        Epoch++;
    }

    /// <summary>Back to the state after power-on.</summary>
    internal void Reset()
    {
        Stop();
        Size = MaxSize;
        Descriptors = DriverArea = DeviceArea = 0;
        EventIndex = Indirect = false;
        Fault = VirtqueueFault.None;
    }

    internal VirtioQueueStateV1 Save() => new(
        Size, Ready, Descriptors, DriverArea, DeviceArea, _nextAvailable, _usedIndex, _signalledIndex, (int)Fault);

    /// <summary>Takes over a saved state, which is checked like what a driver says.</summary>
    internal void Restore(VirtioQueueStateV1 state)
    {
        Size = state.Size;
        Descriptors = state.Descriptors;
        DriverArea = state.DriverArea;
        DeviceArea = state.DeviceArea;
        _nextAvailable = state.NextAvailable;
        _usedIndex = state.UsedIndex;
        _signalledIndex = state.SignalledIndex;
        Fault = (VirtqueueFault)state.Fault;
        if (state.Ready && !LayoutMakesSense())
            Fault = VirtqueueFault.BadLayout;
        else
            Ready = state.Ready;
    }

    private VirtqueueFault Walk(DescriptorChain chain, ushort head)
    {
        var table = Descriptors;
        uint tableLength = Size;
        uint index = head;
        var indirect = false;
        Span<byte> bytes = stackalloc byte[DescriptorSize];
        for (uint walked = 0; ; walked++)
        {
            if (walked >= tableLength)
                return VirtqueueFault.ChainTooLong; // more steps than entries: a loop
            if (index >= tableLength)
                return VirtqueueFault.BadDescriptorIndex;
            if (!memory.TryRead(new Gpa(table + (index * (ulong)DescriptorSize)), bytes))
                return VirtqueueFault.OutsideMemory;
            var address = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
            var flags = BinaryPrimitives.ReadUInt16LittleEndian(bytes[12..]);

            if ((flags & FlagIndirect) != 0)
            {
                // Section 2.7.5.3: once per chain, as its last descriptor, whose write flag means nothing.
                if (!Indirect || indirect || (flags & FlagNext) != 0 || length == 0
                    || length % DescriptorSize != 0 || length / DescriptorSize > MaxChainLength)
                    return VirtqueueFault.BadIndirect;
                table = address;
                tableLength = length / DescriptorSize;
                index = 0;
                indirect = true;
                walked = uint.MaxValue; // the count starts anew in the table
                continue;
            }

            var fault = chain.Add(memory, new Gpa(address), length, (flags & FlagWrite) != 0);
            if (fault != VirtqueueFault.None)
                return fault;
            if ((flags & FlagNext) == 0)
                return VirtqueueFault.None;
            index = BinaryPrimitives.ReadUInt16LittleEndian(bytes[14..]);
        }
    }

    /// <summary>Section 2.7: the size is a power of two, the parts are aligned to 16, 2 and 4 bytes; and all of them are RAM.</summary>
    private bool LayoutMakesSense() =>
        Size != 0 && Size <= MaxSize && BitOperations.IsPow2(Size)
        && Descriptors % 16 == 0 && DriverArea % 2 == 0 && DeviceArea % 4 == 0
        && memory.TryGetReadOnlySpan(new Gpa(Descriptors), DescriptorSize * Size, out _)
        && memory.TryGetReadOnlySpan(new Gpa(DriverArea), 6 + (2 * Size), out _)
        && memory.TryGetReadOnlySpan(new Gpa(DeviceArea), 6 + (8 * Size), out _);

    private bool TryRead16(ulong address, out ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        var read = memory.TryRead(new Gpa(address), bytes);
        value = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        return read;
    }

    private void TryWrite16(ulong address, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        if (!memory.TryWrite(new Gpa(address), bytes))
            Break(VirtqueueFault.OutsideMemory);
    }
}
