using Trapline.Hypervisor.Devices.Virtio;
using Trapline.Hypervisor.Devices.Virtio.Entropy;

namespace Trapline.Hypervisor.Tests.Devices.Virtio;

/// <summary>Sections are those of virtio 1.2.</summary>
public sealed class VirtioTransportTests
{
    private const ulong QueueAt = TestMemory.DefaultStart + 0x1000;
    private const ulong BufferAt = TestMemory.DefaultStart + 0x8000;
    private const uint NeedsReset = 64;

    private readonly TestMemory _memory = new(0x1_0000);
    private readonly TestLine _line = new();

    [Fact]
    public void A_driver_finds_magic_version_and_device()
    {
        var driver = Make();
        Assert.Equal(0x7472_6976u, driver.Register(0x00));
        Assert.Equal(2u, driver.Register(0x04));
        Assert.Equal(4u, driver.Register(0x08));
        Assert.Equal(VirtioFeatures.Common, driver.OfferedFeatures());
        driver.Write(0x14, 2);
        Assert.Equal(0u, driver.Register(0x10));
        Assert.Equal(uint.MaxValue, driver.Register(0xb0)); // no shared memory (4.2.2.1)
        driver.Write(0x30, 1);
        Assert.Equal(0u, driver.Register(0x34)); // the device has one queue only
    }

    [Fact]
    public void An_empty_slot_shows_device_0()
    {
        var slot = new EmptyVirtioSlot();
        Assert.Equal(0x7472_6976u, slot.Read(0, 4));
        Assert.Equal(2u, slot.Read(4, 4));
        Assert.Equal(0u, slot.Read(8, 4));
        slot.Write(0x70, 4, 1);
        Assert.Equal(0u, slot.Read(0x70, 4));
    }

    [Theory]
    [InlineData(VirtioFeatures.Version1, true)]
    [InlineData(VirtioFeatures.Common, true)]
    [InlineData(0UL, false)] // a legacy driver
    [InlineData(VirtioFeatures.IndirectDescriptors, false)]
    [InlineData(VirtioFeatures.Version1 | 1, false)] // not offered
    [InlineData(VirtioFeatures.Version1 | (1UL << 34), false)] // packed rings are not offered
    public void Only_a_subset_of_the_offer_with_version_1_is_accepted(ulong features, bool accepted)
    {
        var driver = Make();
        Assert.Equal(accepted, driver.Negotiate(features));
        driver.Status = 15;
        Assert.Equal(accepted ? 15u : 3u, driver.Status);
    }

    [Fact]
    public void Features_are_final_once_accepted()
    {
        var driver = Make();
        Assert.True(driver.Negotiate(VirtioFeatures.Version1));
        driver.Write(0x24, 0);
        driver.Write(0x20, 0xffff_ffff);
        var state = ((VirtioSlot)driver.Slot).Save();
        Assert.Equal(VirtioFeatures.Version1, state.DriverFeatures);
    }

    [Fact]
    public void Status_bits_are_only_added_and_a_zero_resets_all()
    {
        var (driver, queue) = Start();
        queue.Add(new GuestBuffer(BufferAt, 16, true));
        queue.Kick();
        Assert.True(_line.Level);
        driver.Status = 1;
        Assert.Equal(15u, driver.Status);
        driver.Status = 128;
        Assert.Equal(143u, driver.Status);
        driver.Status = 0;
        Assert.Equal(0u, driver.Status);
        Assert.Equal(0u, driver.InterruptStatus);
        Assert.False(_line.Level);
        driver.Write(0x30, 0);
        Assert.Equal(0u, driver.Register(0x44));
    }

    [Fact]
    public void Nothing_is_taken_before_driver_ok_and_everything_then()
    {
        var driver = Make();
        Assert.True(driver.Negotiate(VirtioFeatures.Version1));
        var queue = driver.SetUpQueue(0, 8, QueueAt);
        queue.Add(new GuestBuffer(BufferAt, 16, true));
        queue.Kick();
        Assert.Equal(0, queue.UsedIndex);
        driver.Status = 15;
        Assert.Equal(1, queue.UsedIndex);
    }

    [Fact]
    public void An_interrupt_stays_until_acknowledged()
    {
        var (driver, queue) = Start();
        queue.Add(new GuestBuffer(BufferAt, 16, true));
        queue.Kick();
        Assert.True(_line.Level);
        Assert.Equal(1u, driver.InterruptStatus);
        driver.Write(0x64, 2);
        Assert.True(_line.Level);
        driver.Write(0x64, 1);
        Assert.False(_line.Level);
        queue.DriverFlags = 1; // VIRTQ_AVAIL_F_NO_INTERRUPT (2.7.7)
        queue.Add(new GuestBuffer(BufferAt, 16, true));
        queue.Kick();
        Assert.Equal(2, queue.UsedIndex);
        Assert.False(_line.Level);
    }

    [Theory]
    [InlineData(0, 0UL, 0UL, 0UL)] // no entries
    [InlineData(3, 0UL, 0UL, 0UL)] // no power of two
    [InlineData(128, 0UL, 0UL, 0UL)] // more than the device allows
    [InlineData(0x1_0008, 0UL, 0UL, 0UL)]
    [InlineData(8, 8UL, 0UL, 0UL)] // misaligned
    [InlineData(8, 0UL, 1UL, 0UL)]
    [InlineData(8, 0UL, 0UL, 2UL)]
    [InlineData(8, 0xffff_ffff_0000_0000UL, 0UL, 0UL)] // not RAM
    [InlineData(8, 0UL, 0x1000_0000UL, 0UL)]
    [InlineData(8, 0UL, 0UL, 0xeff0UL)] // runs out of RAM
    public void A_queue_that_makes_no_sense_needs_a_reset(int size, ulong descriptors, ulong driverArea, ulong deviceArea)
    {
        var driver = Make();
        Assert.True(driver.Negotiate(VirtioFeatures.Version1));
        driver.Write(0x30, 0);
        driver.Write(0x38, (ulong)size);
        foreach (var (register, value) in new[] { (0x80UL, descriptors), (0x90UL, driverArea), (0xa0UL, deviceArea) })
        {
            driver.Write(register, QueueAt + value);
            driver.Write(register + 4, (QueueAt + value) >> 32);
        }

        driver.Write(0x44, 1);
        Assert.Equal(0u, driver.Register(0x44));
        Assert.NotEqual(0u, driver.Status & NeedsReset);
        Assert.True(driver.Negotiate(VirtioFeatures.Version1)); // a reset heals it
        driver.SetUpQueue(0, 8, QueueAt);
        Assert.Equal(1u, driver.Register(0x44));
    }

    [Fact]
    public void A_ready_queue_keeps_its_layout_and_can_be_taken_back()
    {
        var (driver, queue) = Start();
        driver.Write(0x80, 0xdead_0000);
        driver.Write(0x38, 2);
        queue.Add(new GuestBuffer(BufferAt, 16, true));
        queue.Kick();
        Assert.Equal(1, queue.UsedIndex);
        driver.Write(0x44, 0);
        Assert.Equal(0u, driver.Register(0x44));
        queue.Add(new GuestBuffer(BufferAt, 16, true));
        queue.Kick();
        Assert.Equal(1, queue.UsedIndex);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void Registers_answer_32_bit_accesses_only(int size)
    {
        var driver = Make();
        Assert.Equal(0u, driver.Slot.Read(0, size));
        driver.Slot.Write(0x70, size, 1);
        Assert.Equal(0u, driver.Status);
    }

    [Fact]
    public void A_restored_device_answers_chains_that_were_waiting_and_keeps_its_interrupt()
    {
        var (driver, queue) = Start();
        queue.Add(new GuestBuffer(BufferAt, 16, true));
        queue.Kick();
        var state = Records.RoundTrip(((VirtioSlot)driver.Slot).Save());
        queue.Add(new GuestBuffer(BufferAt + 64, 16, true)); // made available, its notification never arrived

        var line = new TestLine();
        var restored = new VirtioSlot(_memory, line, new VirtioEntropy(new SeededEntropy(2)), state);
        Assert.True(line.Level);
        Assert.Equal(2, queue.UsedIndex);
        Assert.Equal(15u, restored.Read(0x70, 4));
        Records.AssertSame(state with { Queues = [state.Queues[0] with { NextAvailable = 2, UsedIndex = 2 }] }, restored.Save());
    }

    [Fact]
    public void A_saved_state_is_checked_like_a_driver()
    {
        var (driver, _) = Start();
        var state = ((VirtioSlot)driver.Slot).Save();
        var hostile = state with { Queues = [state.Queues[0] with { Size = 77, Descriptors = ulong.MaxValue }] };
        var restored = new VirtioSlot(_memory, _line, new VirtioEntropy(new SeededEntropy(2)), hostile);
        Assert.NotEqual(0u, restored.Read(0x70, 4) & NeedsReset);
    }

    private TestDriver Make() => new(new VirtioSlot(_memory, _line, new VirtioEntropy(new SeededEntropy(1))), _memory);

    private (TestDriver Driver, GuestQueue Queue) Start()
    {
        var driver = Make();
        Assert.True(driver.Negotiate(VirtioFeatures.Version1));
        var queue = driver.SetUpQueue(0, 8, QueueAt);
        driver.Status = 15;
        return (driver, queue);
    }
}
