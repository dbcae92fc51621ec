using System.Buffers.Binary;
using System.Text;
using Trapline.Hypervisor.Devices.Virtio;
using Trapline.Hypervisor.Devices.Virtio.Block;
using Trapline.Hypervisor.Storage;
using Trapline.Hypervisor.Tests.Storage;

namespace Trapline.Hypervisor.Tests.Devices.Virtio;

/// <summary>Sections are those of virtio 1.2, 5.2.</summary>
public sealed class VirtioBlockTests
{
    private const ulong QueueAt = TestMemory.DefaultStart + 0x1000;
    private const ulong HeaderAt = TestMemory.DefaultStart + 0x8000;
    private const ulong StatusAt = TestMemory.DefaultStart + 0xf000;
    private const ulong DataAt = TestMemory.DefaultStart + 0x1_0000;
    private const int Sectors = 2048;
    private const ulong Flush = 1UL << 9;
    private const uint In = 0;
    private const uint Out = 1;
    private const byte Ok = 0;
    private const byte IoError = 1;
    private const byte Unsupported = 2;

    private readonly TestMemory _memory = new(0x10_0000);
    private readonly TestLine _line = new();

    [Fact]
    public void Configuration_tells_size_and_limits()
    {
        var driver = Make(new MemoryDisk(Sectors * 512L), new InlineIoExecutor());
        Assert.Equal(2u, driver.Register(0x08));
        Assert.Equal((ulong)Sectors, driver.Slot.Read(0x100, 8));
        Assert.Equal((ulong)Sectors, driver.Slot.Read(0x100, 4));
        Assert.Equal(254u, driver.Slot.Read(0x10c, 4)); // seg_max
        Assert.Equal(512u, driver.Slot.Read(0x114, 4)); // blk_size
        Assert.Equal(1u, driver.Slot.Read(0x134, 4)); // max_write_zeroes_seg
        Assert.Equal(0u, driver.Slot.Read(0x13c, 4)); // beyond the end
        Assert.Equal(0u, driver.Slot.Read(0x139, 4));
        Assert.Equal(0u, driver.OfferedFeatures() & (1UL << 5));
        Assert.NotEqual(0u, Make(new MemoryDisk(512, readOnly: true), new InlineIoExecutor()).OfferedFeatures() & (1UL << 5));
    }

    [Fact]
    public void What_is_written_is_read_whatever_the_segments()
    {
        var disk = new MemoryDisk(Sectors * 512L);
        var (_, queue) = Start(disk, new InlineIoExecutor());
        var data = Pattern(4096, 7);
        data.CopyTo(_memory.At(DataAt, 4096));
        Header(Out, 5);

        // Section 5.2.6.4 leaves the framing open: header and data may be cut anywhere.
        queue.Add(new GuestBuffer(HeaderAt, 9, false), new GuestBuffer(HeaderAt + 9, 7, false), new GuestBuffer(DataAt, 100, false),
            new GuestBuffer(DataAt + 100, 3996, false), new GuestBuffer(StatusAt, 1, true));
        queue.Kick();
        Assert.Equal((0u, 1u), queue.Take());
        Assert.Equal(Ok, _memory.At(StatusAt, 1)[0]);
        var stored = new byte[4096];
        Assert.Equal(BlockStatus.Ok, disk.Read(5 * 512, stored));
        Assert.Equal(data, stored);

        Header(In, 5);
        queue.Add(new GuestBuffer(HeaderAt, 16, false), new GuestBuffer(DataAt + 0x2000, 1000, true), new GuestBuffer(DataAt + 0x4000, 3097, true));
        queue.Kick();
        Assert.Equal(4097u, queue.Take()!.Value.Written);
        Assert.Equal(data[..1000], _memory.At(DataAt + 0x2000, 1000).ToArray());
        Assert.Equal(data[1000..], _memory.At(DataAt + 0x4000, 3096).ToArray());
        Assert.Equal(Ok, _memory.At(DataAt + 0x4000 + 3096, 1)[0]); // the status is the last byte
    }

    [Fact]
    public void Large_requests_move_in_pieces()
    {
        var disk = new MemoryDisk(Sectors * 512L);
        var (_, queue) = Start(disk, new InlineIoExecutor());
        var data = Pattern(300 * 512, 3);
        data.CopyTo(_memory.At(DataAt, data.Length));
        Assert.Equal(Ok, Do(queue, Out, 100, data.Length, false));
        _memory.At(DataAt, data.Length).Clear();
        Assert.Equal(Ok, Do(queue, In, 100, data.Length, true));
        Assert.Equal(data, _memory.At(DataAt, data.Length).ToArray());
    }

    [Theory]
    [InlineData(In, 2048UL, 512, IoError)] // beyond the end
    [InlineData(In, 2047UL, 1024, IoError)]
    [InlineData(In, 0x7f_ffff_ffff_ffffUL, 512, IoError)]
    [InlineData(In, ulong.MaxValue, 512, IoError)]
    [InlineData(In, 0UL, 511, IoError)] // no whole sectors
    [InlineData(Out, 2048UL, 512, IoError)]
    [InlineData(Out, ulong.MaxValue, 512, IoError)]
    [InlineData(Out, 0UL, 700, IoError)]
    [InlineData(11u, 0UL, 512, Unsupported)] // discard is not offered
    [InlineData(77u, 0UL, 512, Unsupported)]
    [InlineData(13u, 0UL, 512, Unsupported)] // write-zeroes with more than one range
    public void A_request_that_cannot_be_done_says_so(uint type, ulong sector, int length, byte expected)
    {
        var (driver, queue) = Start(new MemoryDisk(Sectors * 512L), new InlineIoExecutor());
        Assert.Equal(expected, Do(queue, type, sector, length, writable: type == In));
        Assert.Equal(15u, driver.Status);
    }

    [Fact]
    public void A_read_only_disk_refuses_writes()
    {
        var (_, queue) = Start(new MemoryDisk(Sectors * 512L, readOnly: true), new InlineIoExecutor());
        Assert.Equal(IoError, Do(queue, Out, 0, 512, false));
        Assert.Equal(Ok, Do(queue, In, 0, 512, true));
        Assert.Equal(Ok, Do(queue, 4, 0, 0, false)); // a flush has nothing to do
    }

    [Fact]
    public void The_device_tells_its_id()
    {
        var (_, queue) = Start(new MemoryDisk(512), new InlineIoExecutor());
        Assert.Equal(Ok, Do(queue, 8, 0, 20, true));
        Assert.Equal("volume-7", Encoding.ASCII.GetString(_memory.At(DataAt, 20)).TrimEnd('\0'));
    }

    [Fact]
    public void Zeroes_are_written_without_being_sent()
    {
        var disk = new MemoryDisk(Pattern(Sectors * 512, 1));
        var (_, queue) = Start(disk, new InlineIoExecutor());
        BinaryPrimitives.WriteUInt64LittleEndian(_memory.At(DataAt, 8), 10);
        BinaryPrimitives.WriteUInt32LittleEndian(_memory.At(DataAt + 8, 4), 20);
        Assert.Equal(Ok, Do(queue, 13, 0, 16, false));
        var bytes = new byte[22 * 512];
        disk.Read(9 * 512, bytes);
        Assert.DoesNotContain((byte)0, bytes[..512]);
        Assert.Equal(new byte[20 * 512], bytes[512..(21 * 512)]);
        Assert.DoesNotContain((byte)0, bytes[(21 * 512)..]);

        BinaryPrimitives.WriteUInt32LittleEndian(_memory.At(DataAt + 12, 4), 2); // an unknown flag
        Assert.Equal(Unsupported, Do(queue, 13, 0, 16, false));
        BinaryPrimitives.WriteUInt32LittleEndian(_memory.At(DataAt + 12, 4), 0);
        BinaryPrimitives.WriteUInt32LittleEndian(_memory.At(DataAt + 8, 4), uint.MaxValue);
        Assert.Equal(IoError, Do(queue, 13, 0, 16, false));
    }

    [Theory]
    [InlineData(Flush, 0)]
    [InlineData(0UL, 1)] // 5.2.6.2: without FLUSH every write is durable when it completes
    public void Writes_are_flushed_when_the_driver_cannot(ulong features, int flushes)
    {
        var disk = new GatedDisk(Sectors * 512L);
        var (_, queue) = Start(disk, new InlineIoExecutor(), features);
        Assert.Equal(Ok, Do(queue, Out, 0, 512, false));
        Assert.Equal(flushes, disk.Flushes);
    }

    [Fact]
    public void A_failing_disk_becomes_an_error_status()
    {
        var disk = new GatedDisk(Sectors * 512L) { Answer = BlockStatus.IoError };
        var (driver, queue) = Start(disk, new InlineIoExecutor());
        Assert.Equal(IoError, Do(queue, In, 0, 512, true));
        Assert.Equal(IoError, Do(queue, Out, 0, 512, false));
        Assert.Equal(IoError, Do(queue, 4, 0, 0, false));
        disk.Answer = BlockStatus.Fenced;
        Assert.Equal(IoError, Do(queue, Out, 0, 512, false));
        Assert.Equal(15u, driver.Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_chain_without_header_or_status_needs_a_reset(bool withoutStatus)
    {
        var (driver, queue) = Start(new MemoryDisk(512), new InlineIoExecutor());
        if (withoutStatus)
            queue.Add(new GuestBuffer(HeaderAt, 16, false));
        else
            queue.Add(new GuestBuffer(HeaderAt, 15, false), new GuestBuffer(StatusAt, 1, true));
        queue.Kick();
        Assert.Equal(79u, driver.Status);
    }

    [Fact]
    public void A_slow_disk_holds_up_neither_the_hart_nor_other_requests()
    {
        using var executor = new IoExecutor(4);
        var disk = new GatedDisk(Sectors * 512L) { Closed = true };
        var (_, queue) = Start(disk, executor);
        var heads = new HashSet<uint>();
        for (uint i = 0; i < 3; i++)
            heads.Add(Submit(queue, i)); // returns although nothing completes
        Assert.True(disk.WaitForEntered(3)); // all three at the same time
        Assert.Equal(0, queue.UsedIndex);
        disk.Closed = false;
        Assert.Equal(heads, Enumerable.Range(0, 3).Select(_ => queue.WaitTake().Head).ToHashSet());
        Assert.True(SpinWait.SpinUntil(() => _line.Level, TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Idle_is_when_the_last_request_has_been_given_back()
    {
        using var executor = new IoExecutor(2);
        var disk = new GatedDisk(Sectors * 512L) { Closed = true };
        var (driver, queue) = Start(disk, executor);
        var block = (VirtioBlock)((VirtioSlot)driver.Slot).Function;
        Assert.True(block.WhenIdle().IsCompletedSuccessfully);
        Submit(queue, 0);
        Submit(queue, 1);
        Assert.True(disk.WaitForEntered(2));
        var idle = block.WhenIdle();
        Assert.False(idle.IsCompleted);
        disk.Closed = false;
        await idle.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(2, queue.UsedIndex);
        Assert.Equal(2, ((VirtioSlot)driver.Slot).Save().Queues[0].UsedIndex);
    }

    [Fact]
    public void After_a_reset_an_old_request_touches_nothing_and_a_new_driver_waits_for_it()
    {
        using var executor = new IoExecutor(4);
        var disk = new GatedDisk(Sectors * 512L) { Closed = true };
        var (driver, queue) = Start(disk, executor);
        _memory.At(DataAt, 512).Fill(0xee);
        Submit(queue, 0);
        Assert.True(disk.WaitForEntered(1));

        queue = StartAgain(driver, Flush);
        _memory.At(StatusAt, 1)[0] = 0xee;
        Submit(queue, 3, dataAt: DataAt + 0x1000);
        Assert.Equal(1, disk.Entered); // the new request has not reached the disk
        disk.Closed = false;
        Assert.Equal((0u, 513u), queue.WaitTake());
        Assert.Null(queue.Take());
        Assert.Equal(Enumerable.Repeat((byte)0xee, 512), _memory.At(DataAt, 512).ToArray());
    }

    [Fact]
    public void Many_requests_in_flight_from_a_full_ring_all_complete()
    {
        const int Rounds = 300;
        using var executor = new IoExecutor(4);
        var disk = new MemoryDisk(Pattern(Sectors * 512, 9));
        var (driver, queue) = Start(disk, executor);
        var buffers = new GuestBuffer[2];
        for (var round = 0; round < Rounds; round++)
        {
            Header(In, (ulong)(round % Sectors));
            for (ulong i = 0; i < 8; i++)
            {
                buffers[0] = new GuestBuffer(HeaderAt, 16, false);
                buffers[1] = new GuestBuffer(DataAt + (i * 1024), 513, true);
                queue.Add(buffers);
            }

            queue.Kick();
            for (var i = 0; i < 8; i++)
                Assert.Equal(513u, queue.WaitTake().Written);
            var expected = new byte[512];
            disk.Read(round % Sectors * 512, expected);
            for (ulong i = 0; i < 8; i++)
                Assert.Equal(expected, _memory.At(DataAt + (i * 1024), 512).ToArray());
        }

        Assert.Equal(15u, driver.Status);
    }

    private TestDriver Make(IBlockBackend disk, IIoExecutor executor) =>
        new(new VirtioSlot(_memory, _line, new VirtioBlock(disk, executor, "volume-7")), _memory);

    private (TestDriver Driver, GuestQueue Queue) Start(IBlockBackend disk, IIoExecutor executor, ulong features = Flush)
    {
        var driver = Make(disk, executor);
        return (driver, StartAgain(driver, features));
    }

    private static GuestQueue StartAgain(TestDriver driver, ulong features)
    {
        Assert.True(driver.Negotiate(features | VirtioFeatures.Version1));
        var queue = driver.SetUpQueue(0, 16, QueueAt);
        driver.Status = 15;
        return queue;
    }

    private byte Do(GuestQueue queue, uint type, ulong sector, int length, bool writable)
    {
        Header(type, sector);
        _memory.At(StatusAt, 1)[0] = 0xff;
        if (length == 0)
            queue.Add(new GuestBuffer(HeaderAt, 16, false), new GuestBuffer(StatusAt, 1, true));
        else
            queue.Add(new GuestBuffer(HeaderAt, 16, false), new GuestBuffer(DataAt, (uint)length, writable), new GuestBuffer(StatusAt, 1, true));
        queue.Kick();
        queue.WaitTake();
        return _memory.At(StatusAt, 1)[0];
    }

    private uint Submit(GuestQueue queue, ulong sector, ulong dataAt = DataAt)
    {
        var at = HeaderAt + (sector * 16);
        _memory.At(at, 16).Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(_memory.At(at + 8, 8), sector);
        var head = queue.Add(new GuestBuffer(at, 16, false), new GuestBuffer(dataAt, 512, true), new GuestBuffer(StatusAt + sector, 1, true));
        queue.Kick();
        return head;
    }

    private void Header(uint type, ulong sector)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_memory.At(HeaderAt, 8), type);
        BinaryPrimitives.WriteUInt64LittleEndian(_memory.At(HeaderAt + 8, 8), sector);
    }

    private static byte[] Pattern(int length, int seed)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
            bytes[i] = (byte)(1 + ((i * 7) + (i / 512 * 13) + seed) % 255);
        return bytes;
    }
}
