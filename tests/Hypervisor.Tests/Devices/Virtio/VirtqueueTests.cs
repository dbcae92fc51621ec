using System.Collections.Concurrent;
using Trapline.Hypervisor.Devices.Virtio;
using Trapline.Hypervisor.Devices.Virtio.Entropy;
using Trapline.Hypervisor.Devices.Virtio.Queues;

namespace Trapline.Hypervisor.Tests.Devices.Virtio;

/// <summary>Rings and descriptors, with the entropy device behind them; sections are those of virtio 1.2.</summary>
public sealed class VirtqueueTests
{
    private const ulong QueueAt = TestMemory.DefaultStart + 0x1000;
    private const ulong TableAt = TestMemory.DefaultStart + 0x4000;
    private const ulong BufferAt = TestMemory.DefaultStart + 0x1_0000;
    private const int MemorySize = 0x2_0000;
    private const ushort Next = 1;
    private const ushort Write = 2;
    private const ushort Indirect = 4;

    private readonly TestMemory _memory = new(MemorySize);
    private readonly TestLine _line = new();

    [Fact]
    public void A_chain_of_buffers_is_filled_in_order()
    {
        var (_, queue) = Start(VirtioFeatures.Version1);
        var head = queue.Add(new GuestBuffer(BufferAt, 3, true), new GuestBuffer(BufferAt + 100, 5, true), new GuestBuffer(BufferAt + 50, 1, true));
        queue.Kick();
        Assert.Equal((head, 9u), queue.Take());
        var expected = Expected(9);
        Assert.Equal(expected[..3], _memory.At(BufferAt, 3).ToArray());
        Assert.Equal(expected[3..8], _memory.At(BufferAt + 100, 5).ToArray());
        Assert.Equal(expected[8], _memory.At(BufferAt + 50, 1)[0]);
        Assert.Equal(0, _memory.At(BufferAt + 3, 1)[0]);
    }

    [Fact]
    public void Indices_wrap_around_many_times()
    {
        var (_, queue) = Start(VirtioFeatures.Version1);
        for (var i = 0; i < 70_000; i++)
        {
            var head = queue.Add(new GuestBuffer(BufferAt, 1, true));
            queue.Kick();
            Assert.Equal((head, 1u), queue.Take());
        }
    }

    [Fact]
    public void Indirect_tables_follow_direct_descriptors_and_hold_more_than_the_queue()
    {
        var (_, queue) = Start(VirtioFeatures.Common);
        var buffers = Enumerable.Range(0, 40).Select(i => new GuestBuffer(BufferAt + ((ulong)i * 8), 2, true)).ToArray();
        var head = queue.AddIndirect(TableAt, buffers);
        queue.Kick();
        Assert.Equal((head, 80u), queue.Take());

        // Section 2.7.5.3.2: normal descriptors, then one indirect one; its write flag means nothing.
        queue.SetDescriptor(0, BufferAt, 2, Next | Write, 1, TableAt);
        queue.SetDescriptor(1, BufferAt, 2, Write, 0, TableAt);
        queue.SetDescriptor(6, BufferAt, 4, Next | Write, 7);
        queue.SetDescriptor(7, TableAt, 32, Indirect | Write, 0);
        queue.MakeAvailable(6);
        queue.Kick();
        Assert.Equal((6u, 8u), queue.Take());
    }

    [Fact]
    public void With_event_index_interrupts_and_notifications_follow_the_thresholds()
    {
        var (driver, queue) = Start(VirtioFeatures.Common);
        Assert.Equal(0, queue.AvailableEvent);
        queue.UsedEvent = 2;
        for (var i = 0; i < 2; i++)
        {
            queue.Add(new GuestBuffer(BufferAt, 1, true));
            queue.Kick();
        }

        Assert.Equal(2, queue.AvailableEvent); // notify me of the next one (2.7.10)
        Assert.False(_line.Level);
        queue.Add(new GuestBuffer(BufferAt, 1, true));
        queue.Kick();
        Assert.True(_line.Level); // the entry with index 2 was used (2.7.7)
        driver.Acknowledge();
        queue.Add(new GuestBuffer(BufferAt, 1, true));
        queue.Kick();
        Assert.False(_line.Level);
    }

    [Fact]
    public void Without_event_index_its_fields_are_left_alone()
    {
        var (_, queue) = Start(VirtioFeatures.Version1);
        queue.Add(new GuestBuffer(BufferAt, 1, true));
        queue.Kick();
        Assert.Equal(0, queue.AvailableEvent);
        Assert.True(_line.Level);
    }

    [Fact]
    public void A_loop_of_descriptors_is_cut() => AssertBroken(VirtqueueFault.ChainTooLong, queue =>
    {
        queue.SetDescriptor(0, BufferAt, 4, Next | Write, 1);
        queue.SetDescriptor(1, BufferAt, 4, Next | Write, 0);
        queue.MakeAvailable(0);
    });

    [Fact]
    public void A_loop_in_an_indirect_table_is_cut() => AssertBroken(VirtqueueFault.ChainTooLong, queue =>
    {
        queue.SetDescriptor(0, BufferAt, 4, Next | Write, 0, TableAt);
        queue.SetDescriptor(0, TableAt, 16, Indirect, 0);
        queue.MakeAvailable(0);
    });

    [Fact]
    public void A_head_beyond_the_table_is_refused() =>
        AssertBroken(VirtqueueFault.BadDescriptorIndex, queue => queue.MakeAvailable(8));

    [Fact]
    public void A_next_beyond_the_table_is_refused() => AssertBroken(VirtqueueFault.BadDescriptorIndex, queue =>
    {
        queue.SetDescriptor(0, BufferAt, 4, Next | Write, 8);
        queue.MakeAvailable(0);
    });

    [Fact]
    public void An_available_index_too_far_ahead_is_refused() =>
        AssertBroken(VirtqueueFault.BadAvailableIndex, queue => queue.SetAvailableIndex(9));

    [Theory]
    [InlineData(0x0UL, 16u)]
    [InlineData(0x7fff_ffffUL, 16u)]
    [InlineData(0x8001_fff8UL, 16u)]
    [InlineData(0x8000_0000UL, 0x8000_0000u)]
    [InlineData(0xffff_ffff_ffff_fff0UL, 0x20u)]
    public void A_buffer_outside_ram_is_refused(ulong address, uint length) => AssertBroken(VirtqueueFault.OutsideMemory, queue =>
    {
        queue.SetDescriptor(0, address, length, Write, 0);
        queue.MakeAvailable(0);
    });

    [Fact]
    public void An_empty_buffer_is_refused() => AssertBroken(VirtqueueFault.EmptyDescriptor, queue =>
    {
        queue.SetDescriptor(0, BufferAt, 0, Write, 0);
        queue.MakeAvailable(0);
    });

    [Fact]
    public void A_readable_buffer_after_a_writable_one_is_refused() => AssertBroken(VirtqueueFault.ReadableAfterWritable, queue =>
        queue.Add(new GuestBuffer(BufferAt, 4, true), new GuestBuffer(BufferAt, 4, false)));

    [Theory]
    [InlineData(Indirect | Next, 16u)] // 2.7.5.3.1
    [InlineData(Indirect, 0u)]
    [InlineData(Indirect, 24u)]
    [InlineData(Indirect, 16u * 1025)]
    public void A_bad_indirect_descriptor_is_refused(ushort flags, uint length) => AssertBroken(VirtqueueFault.BadIndirect, queue =>
    {
        queue.SetDescriptor(0, TableAt, length, flags, 1);
        queue.MakeAvailable(0);
    });

    [Fact]
    public void A_nested_indirect_table_is_refused() => AssertBroken(VirtqueueFault.BadIndirect, queue =>
    {
        queue.SetDescriptor(0, TableAt, 16, Indirect, 0, TableAt);
        queue.SetDescriptor(0, TableAt, 16, Indirect, 0);
        queue.MakeAvailable(0);
    });

    [Fact]
    public void An_indirect_table_outside_ram_is_refused() => AssertBroken(VirtqueueFault.OutsideMemory, queue =>
    {
        queue.SetDescriptor(0, ulong.MaxValue - 15, 64, Indirect, 0);
        queue.MakeAvailable(0);
    });

    [Fact]
    public void An_indirect_table_that_was_not_negotiated_is_refused() => AssertBroken(VirtqueueFault.BadIndirect, queue =>
    {
        queue.SetDescriptor(0, TableAt, 16, Indirect, 0);
        queue.MakeAvailable(0);
    }, VirtioFeatures.Version1);

    [Fact]
    public void A_chain_of_more_than_4_gib_is_refused()
    {
        // The same RAM over and over: only the sum of the lengths is wrong (2.7.5.2).
        var memory = new TestMemory(0x40_0000);
        var driver = Start(VirtioFeatures.Common, memory, out var queue);
        var buffers = Enumerable.Repeat(new GuestBuffer(TestMemory.DefaultStart, 0x40_0000, true), 1024).ToArray();
        queue.AddIndirect(TableAt, buffers);
        queue.Kick();
        Assert.Equal(79u, driver.Status);
        Assert.Equal((int)VirtqueueFault.ChainTooLarge, ((VirtioSlot)driver.Slot).Save().Queues[0].Fault);
    }

    [Fact]
    public async Task Two_harts_can_notify_one_queue_at_once()
    {
        const int Rounds = 20_000;
        var (driver, queue) = Start(VirtioFeatures.Version1);
        using var stop = new CancellationTokenSource();
        var noise = Task.Factory.StartNew(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                queue.Kick();
                driver.Acknowledge();
            }
        }, TaskCreationOptions.LongRunning);
        for (var i = 0; i < Rounds; i++)
        {
            var head = queue.Add(new GuestBuffer(BufferAt, 4, true));
            queue.Kick();
            Assert.Equal((head, 4u), queue.WaitTake());
        }

        await stop.CancelAsync();
        await noise.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(15u, driver.Status);
    }

    [Fact]
    public void A_queue_that_is_refilled_for_ever_does_not_keep_the_hart()
    {
        const int Total = 2_000;
        var source = new RefillingSource();
        var driver = new TestDriver(new VirtioSlot(_memory, _line, new VirtioEntropy(source)), _memory);
        var queue = StartAgain(driver, VirtioFeatures.Common);
        source.Filling = () =>
        {
            if (source.Fills < Total)
                queue.Add(new GuestBuffer(BufferAt, 4, true));
        };
        queue.Add(new GuestBuffer(BufferAt, 4, true));
        queue.Kick();
        Assert.Equal(VirtioFunction.ChainsPerNotification, source.FillsOf(Environment.CurrentManagedThreadId));
        Assert.True(SpinWait.SpinUntil(() => source.Fills == Total, TimeSpan.FromSeconds(60))); // the rest, on other threads
        Assert.Equal(15u, driver.Status);
    }

    /// <summary>Broken rings: the device says NEEDS_RESET, interrupts, writes nothing, and works again after a reset.</summary>
    private void AssertBroken(VirtqueueFault fault, Action<GuestQueue> prepare, ulong features = VirtioFeatures.Common)
    {
        var (driver, queue) = Start(features);
        prepare(queue);
        var before = _memory.Bytes.ToArray();
        queue.Kick();
        queue.Kick();
        Assert.Equal(79u, driver.Status); // NEEDS_RESET (2.1)
        Assert.Equal(2u, driver.InterruptStatus); // a configuration change (2.1.2)
        Assert.True(_line.Level);
        Assert.Equal((int)fault, ((VirtioSlot)driver.Slot).Save().Queues[0].Fault);
        Assert.Equal(before, _memory.Bytes);

        queue = StartAgain(driver, features);
        var head = queue.Add(new GuestBuffer(BufferAt, 4, true));
        queue.Kick();
        Assert.Equal((head, 4u), queue.Take());
    }

    /// <summary>Does what another hart could do while the device works: makes the next chain available.</summary>
    private sealed class RefillingSource : IEntropySource
    {
        private readonly ConcurrentDictionary<int, int> _fills = new();
        private int _count;

        public Action? Filling { get; set; }

        public int Fills => Volatile.Read(ref _count);

        public int FillsOf(int thread) => _fills.GetValueOrDefault(thread);

        public void Fill(Span<byte> destination)
        {
            _fills.AddOrUpdate(Environment.CurrentManagedThreadId, 1, (_, n) => n + 1);
            Interlocked.Increment(ref _count);
            Filling?.Invoke();
        }
    }

    private static byte[] Expected(int length)
    {
        var bytes = new byte[length];
        new SeededEntropy(1).Fill(bytes);
        return bytes;
    }

    private (TestDriver Driver, GuestQueue Queue) Start(ulong features) => (Start(features, _memory, out var queue), queue);

    private TestDriver Start(ulong features, TestMemory memory, out GuestQueue queue)
    {
        var driver = new TestDriver(new VirtioSlot(memory, _line, new VirtioEntropy(new SeededEntropy(1))), memory);
        queue = StartAgain(driver, features);
        return driver;
    }

    private static GuestQueue StartAgain(TestDriver driver, ulong features)
    {
        Assert.True(driver.Negotiate(features));
        var queue = driver.SetUpQueue(0, 8, QueueAt);
        driver.Status = 15;
        return queue;
    }
}
