using System.Buffers.Binary;
using Trapline.Hypervisor.Devices.Virtio;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Tests.Devices.Virtio;

/// <summary>A driver as a guest has it (virtio 1.2, section 3.1), over a slot's registers.</summary>
internal sealed class TestDriver(IMmioDevice slot, TestMemory memory)
{
    public const ulong Version1 = VirtioFeatures.Version1;

    public IMmioDevice Slot { get; } = slot;

    public TestMemory Memory { get; } = memory;

    public uint Status
    {
        get => Register(0x70);
        set => Slot.Write(0x70, 4, value);
    }

    public uint InterruptStatus => Register(0x60);

    public uint Register(ulong offset) => (uint)Slot.Read(offset, 4);

    public void Write(ulong offset, ulong value) => Slot.Write(offset, 4, value & 0xffff_ffff);

    public ulong OfferedFeatures()
    {
        Write(0x14, 0);
        ulong low = Register(0x10);
        Write(0x14, 1);
        return low | ((ulong)Register(0x10) << 32);
    }

    /// <summary>Up to FEATURES_OK; false where the device refused.</summary>
    public bool Negotiate(ulong features)
    {
        Status = 0;
        Status = 1;
        Status = 3;
        Write(0x24, 0);
        Write(0x20, features & 0xffff_ffff);
        Write(0x24, 1);
        Write(0x20, features >> 32);
        Status = 11;
        return (Status & 8) != 0;
    }

    /// <summary>Hands a queue over; it lies at <paramref name="address"/>.</summary>
    public GuestQueue SetUpQueue(uint index, ushort size, ulong address)
    {
        var queue = new GuestQueue(this, index, size, address);
        Memory.At(address, queue.Bytes).Clear();
        Write(0x30, index);
        Write(0x38, size);
        Write64(0x80, queue.Descriptors);
        Write64(0x90, queue.DriverArea);
        Write64(0xa0, queue.DeviceArea);
        Write(0x44, 1);
        return queue;
    }

    public void Acknowledge() => Write(0x64, InterruptStatus);

    private void Write64(ulong offset, ulong value)
    {
        Write(offset, value);
        Write(offset + 4, value >> 32);
    }
}

/// <summary>A segment of a chain.</summary>
internal readonly record struct GuestBuffer(ulong Address, uint Length, bool Writable);

/// <summary>The driver's side of a split virtqueue.</summary>
internal sealed class GuestQueue(TestDriver driver, uint index, ushort size, ulong address)
{
    private ushort _nextDescriptor;
    private ushort _available;
    private ushort _seenUsed;

    public ushort Size { get; } = size;

    public ulong Descriptors { get; } = address;

    public ulong DriverArea { get; } = address + (16UL * size);

    public ulong DeviceArea { get; } = (address + (16UL * size) + 6 + (2UL * size) + 3) & ~3UL;

    public int Bytes => (int)(DeviceArea + 6 + (8UL * Size) - Descriptors);

    public ushort UsedIndex => Read16(DeviceArea + 2);

    public ushort AvailableEvent => Read16(DeviceArea + 4 + (8UL * Size));

    public ushort UsedEvent
    {
        set => Write16(DriverArea + 4 + (2UL * Size), value);
    }

    public ushort DriverFlags
    {
        set => Write16(DriverArea, value);
    }

    public void SetDescriptor(ushort at, ulong bufferAddress, uint length, ushort flags, ushort next, ulong? table = null)
    {
        var descriptor = driver.Memory.At((table ?? Descriptors) + (16UL * at), 16);
        BinaryPrimitives.WriteUInt64LittleEndian(descriptor, bufferAddress);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor[8..], length);
        BinaryPrimitives.WriteUInt16LittleEndian(descriptor[12..], flags);
        BinaryPrimitives.WriteUInt16LittleEndian(descriptor[14..], next);
    }

    /// <summary>Makes a chain of descriptors available, without a notification.</summary>
    public ushort Add(params GuestBuffer[] buffers)
    {
        var head = _nextDescriptor;
        for (var i = 0; i < buffers.Length; i++)
        {
            var here = _nextDescriptor;
            _nextDescriptor = (ushort)((_nextDescriptor + 1) % Size);
            var flags = (ushort)((i < buffers.Length - 1 ? 1 : 0) | (buffers[i].Writable ? 2 : 0));
            SetDescriptor(here, buffers[i].Address, buffers[i].Length, flags, _nextDescriptor);
        }

        MakeAvailable(head);
        return head;
    }

    /// <summary>Makes a chain available that lies in an indirect table.</summary>
    public ushort AddIndirect(ulong table, params GuestBuffer[] buffers)
    {
        for (ushort i = 0; i < buffers.Length; i++)
        {
            var flags = (ushort)((i < buffers.Length - 1 ? 1 : 0) | (buffers[i].Writable ? 2 : 0));
            SetDescriptor(i, buffers[i].Address, buffers[i].Length, flags, (ushort)(i + 1), table);
        }

        var head = _nextDescriptor;
        _nextDescriptor = (ushort)((_nextDescriptor + 1) % Size);
        SetDescriptor(head, table, 16 * (uint)buffers.Length, 4, 0);
        MakeAvailable(head);
        return head;
    }

    public void MakeAvailable(ushort head)
    {
        Write16(DriverArea + 4 + (2UL * (uint)(_available % Size)), head);
        SetAvailableIndex(++_available);
    }

    public void SetAvailableIndex(ushort value)
    {
        Thread.MemoryBarrier();
        Write16(DriverArea + 2, value);
        _available = value;
    }

    public void Kick() => driver.Write(0x50, index);

    /// <summary>Takes the next chain that the device gave back.</summary>
    public (uint Head, uint Written)? Take()
    {
        if (UsedIndex == _seenUsed)
            return null;
        Thread.MemoryBarrier();
        var entry = driver.Memory.At(DeviceArea + 4 + (8UL * (uint)(_seenUsed % Size)), 8);
        _seenUsed++;
        return (BinaryPrimitives.ReadUInt32LittleEndian(entry), BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]));
    }

    /// <summary>Waits for the next chain; for devices that answer on other threads.</summary>
    public (uint Head, uint Written) WaitTake()
    {
        (uint Head, uint Written)? taken = null;
        Assert.True(SpinWait.SpinUntil(() => (taken = Take()) is not null, TimeSpan.FromSeconds(60)), "the device gave nothing back");
        return taken!.Value;
    }

    private ushort Read16(ulong at) => BinaryPrimitives.ReadUInt16LittleEndian(driver.Memory.At(at, 2));

    private void Write16(ulong at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(driver.Memory.At(at, 2), value);
}
