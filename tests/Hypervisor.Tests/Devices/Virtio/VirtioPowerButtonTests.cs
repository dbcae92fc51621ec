using System.Text;
using Trapline.Hypervisor.Devices.Virtio;
using Trapline.Hypervisor.Devices.Virtio.Input;
using Trapline.Hypervisor.Devices.Virtio.Queues;

namespace Trapline.Hypervisor.Tests.Devices.Virtio;

/// <summary>Sections are those of virtio 1.2, 5.8; event numbers those of Linux.</summary>
public sealed class VirtioPowerButtonTests
{
    private const ulong EventsAt = TestMemory.DefaultStart + 0x1000;
    private const ulong StatusAt = TestMemory.DefaultStart + 0x2000;
    private const ulong BuffersAt = TestMemory.DefaultStart + 0x8000;
    private const int KeyPower = 116;

    private readonly TestMemory _memory = new(0x1_0000);
    private readonly TestLine _line = new();
    private readonly VirtioPowerButton _button = new();

    [Fact]
    public void It_says_that_it_is_a_keyboard_with_the_power_key_alone()
    {
        var (driver, _, _) = Start();
        Assert.Equal(18u, driver.Register(0x08));
        Assert.Equal("Trapline power button", Encoding.ASCII.GetString(Ask(driver, 0x01)));
        Assert.Equal("power-button", Encoding.ASCII.GetString(Ask(driver, 0x02)));
        var ids = Ask(driver, 0x03);
        Assert.Equal(8, ids.Length);
        Assert.Equal(6, ids[0]); // BUS_VIRTUAL
        Assert.Empty(Ask(driver, 0x10));
        var keys = Ask(driver, 0x11, 1);
        Assert.Equal([KeyPower], Enumerable.Range(0, keys.Length * 8).Where(bit => (keys[bit / 8] & (1 << (bit % 8))) != 0));
    }

    [Fact]
    public void Everything_else_has_size_0()
    {
        var (driver, _, _) = Start();
        for (var select = 0; select < 256; select++)
        {
            for (var subselect = 0; subselect < 256; subselect++)
            {
                if ((select, subselect) is not ((0x01 or 0x02 or 0x03, 0) or (0x11, 1)))
                    Assert.Empty(Ask(driver, (byte)select, (byte)subselect));
            }
        }
    }

    [Fact]
    public void A_press_is_key_down_and_key_up_each_with_its_report()
    {
        var (driver, events, _) = Start();
        Offer(events, 5);
        Assert.Equal(PowerPress.Heard, _button.Press());
        for (var i = 0; i < 4; i++)
            Assert.Equal(((uint)i, 8u), events.Take());
        Assert.Null(events.Take());
        Assert.Equal([(1, KeyPower, 1), (0, 0, 0), (1, KeyPower, 0), (0, 0, 0)], Enumerable.Range(0, 4).Select(EventAt));
        Assert.Equal(1u, driver.InterruptStatus);
        Assert.True(_line.Level);
    }

    [Fact]
    public void With_too_few_buffers_the_whole_press_is_dropped()
    {
        var (driver, events, _) = Start();
        Assert.Equal(PowerPress.NoBuffers, _button.Press());
        Offer(events, 3);
        Assert.Equal(PowerPress.NoBuffers, _button.Press());
        Assert.Null(events.Take());
        Assert.Equal(0u, driver.InterruptStatus);
        Offer(events, 1);
        Assert.Null(events.Take()); // what was dropped does not come later
        Assert.Equal(PowerPress.Heard, _button.Press());
        Assert.Equal(PowerPress.NoBuffers, _button.Press());
    }

    [Fact]
    public void Nobody_listens_before_the_driver_is_up_and_after_a_reset()
    {
        var driver = new TestDriver(new VirtioSlot(_memory, _line, _button), _memory);
        Assert.Equal(PowerPress.NobodyListens, _button.Press());
        Assert.True(driver.Negotiate(VirtioFeatures.Version1));
        Offer(driver.SetUpQueue(0, 8, EventsAt), 8);
        Assert.Equal(PowerPress.NobodyListens, _button.Press());
        driver.Status = 15;
        Assert.Equal(PowerPress.Heard, _button.Press());
        driver.Slot.Write(0x100, 1, 0x01);
        driver.Status = 0;
        Assert.Equal(PowerPress.NobodyListens, _button.Press());
        Assert.Equal(0u, driver.Slot.Read(0x100, 1));
        Assert.False(_line.Level);
    }

    [Fact]
    public void It_offers_no_feature_of_its_own_and_takes_no_other()
    {
        var driver = new TestDriver(new VirtioSlot(_memory, _line, _button), _memory);
        Assert.Equal(VirtioFeatures.Common, driver.OfferedFeatures());
        Assert.True(driver.Negotiate(VirtioFeatures.Common));
        Assert.False(driver.Negotiate(VirtioFeatures.Version1 | 1));
        Assert.False(driver.Negotiate(0));
    }

    [Fact]
    public void Events_go_through_indirect_tables_and_pieces()
    {
        var driver = new TestDriver(new VirtioSlot(_memory, _line, _button), _memory);
        Assert.True(driver.Negotiate(VirtioFeatures.Common));
        var events = driver.SetUpQueue(0, 4, EventsAt);
        driver.Status = 15;
        for (ulong i = 0; i < 4; i++)
            events.AddIndirect(BuffersAt + 0x1000 + (i * 0x100), new GuestBuffer(BuffersAt + (i * 8), 3, true), new GuestBuffer(BuffersAt + (i * 8) + 3, 5, true));
        Assert.Equal(PowerPress.Heard, _button.Press());
        Assert.Equal((1, KeyPower, 1), EventAt(0));
        Assert.Equal((1, KeyPower, 0), EventAt(2));
    }

    [Theory]
    [InlineData(7u, true)]
    [InlineData(16u, false)]
    public void A_buffer_without_room_for_an_event_needs_a_reset(uint length, bool writable)
    {
        var (driver, events, _) = Start();
        for (var i = 0; i < 4; i++)
            events.Add(new GuestBuffer(BuffersAt, length, writable));
        Assert.Equal(PowerPress.NobodyListens, _button.Press());
        Assert.Equal(79u, driver.Status);
        Assert.Equal(PowerPress.NobodyListens, _button.Press());
    }

    [Fact]
    public void A_driver_that_lies_about_its_buffers_needs_a_reset()
    {
        var (driver, events, _) = Start();
        events.SetAvailableIndex(9); // of a queue of 8
        Assert.Equal(PowerPress.NobodyListens, _button.Press());
        Assert.Equal(VirtqueueFault.BadAvailableIndex, Fault(driver));
        Assert.Equal(79u, driver.Status);
    }

    [Fact]
    public void What_a_driver_reports_of_lamps_is_taken_and_ignored()
    {
        var (driver, _, status) = Start();
        status.Add(new GuestBuffer(BuffersAt, 8, false));
        status.Kick();
        Assert.Equal((0u, 0u), status.Take());
        Assert.Equal(15u, driver.Status);
        status.Add(new GuestBuffer(BuffersAt, 7, false));
        status.Kick();
        Assert.Equal(79u, driver.Status);
    }

    [Fact]
    public void A_saved_button_goes_on_where_it_was()
    {
        var (driver, events, _) = Start();
        Offer(events, 8);
        driver.Slot.Write(0x100, 2, 0x0111); // EV_BITS of EV_KEY, in one access
        Assert.Equal(PowerPress.Heard, _button.Press());
        var slot = Records.RoundTrip(((VirtioSlot)driver.Slot).Save());
        var restored = new VirtioPowerButton(Records.RoundTrip(_button.Save()));
        var line = new TestLine();
        var again = new TestDriver(new VirtioSlot(_memory, line, restored, slot), _memory);

        Assert.True(line.Level);
        Assert.Equal(15u, again.Slot.Read(0x102, 1));
        Assert.Equal(PowerPress.Heard, restored.Press());
        Assert.Equal(PowerPress.NoBuffers, restored.Press());
        for (var i = 0; i < 8; i++)
            Assert.Equal(((uint)i, 8u), events.Take());
        Assert.Null(events.Take());
        Records.AssertSame(_button.Save(), restored.Save());
    }

    [Fact]
    public async Task Presses_from_another_thread_arrive_whole()
    {
        const int Presses = 1_000;
        var (driver, events, _) = Start();
        Offer(events, 8);
        var presser = Task.Factory.StartNew(() =>
        {
            for (var i = 0; i < Presses; i++)
                Assert.True(SpinWait.SpinUntil(() => _button.Press() == PowerPress.Heard, TimeSpan.FromSeconds(60)));
        }, TaskCreationOptions.LongRunning);
        for (var i = 0; i < Presses * 4; i++)
        {
            var (head, written) = events.WaitTake();
            Assert.Equal(8u, written);
            Assert.Equal((i % 4) switch { 0 => (1, KeyPower, 1), 2 => (1, KeyPower, 0), _ => (0, 0, 0) }, EventAt((int)head));
            driver.Acknowledge();
            events.MakeAvailable((ushort)head);
        }

        await presser.WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static byte[] Ask(TestDriver driver, byte select, byte subselect = 0)
    {
        driver.Slot.Write(0x100, 1, select);
        driver.Slot.Write(0x101, 1, subselect);
        return [.. Enumerable.Range(0, (int)driver.Slot.Read(0x102, 1)).Select(i => (byte)driver.Slot.Read(0x108 + (ulong)i, 1))];
    }

    private static VirtqueueFault Fault(TestDriver driver) => (VirtqueueFault)((VirtioSlot)driver.Slot).Save().Queues[0].Fault;

    private static void Offer(GuestQueue events, int buffers)
    {
        for (var i = 0; i < buffers; i++)
            events.Add(new GuestBuffer(BuffersAt + (8UL * (ulong)i), 8, true));
    }

    private (int Type, int Code, int Value) EventAt(int index)
    {
        var bytes = _memory.At(BuffersAt + (8UL * (ulong)index), 8);
        return (BitConverter.ToUInt16(bytes), BitConverter.ToUInt16(bytes[2..]), BitConverter.ToInt32(bytes[4..]));
    }

    private (TestDriver Driver, GuestQueue Events, GuestQueue Status) Start()
    {
        var driver = new TestDriver(new VirtioSlot(_memory, _line, _button), _memory);
        Assert.True(driver.Negotiate(VirtioFeatures.Version1));
        var events = driver.SetUpQueue(0, 8, EventsAt);
        var status = driver.SetUpQueue(1, 8, StatusAt);
        driver.Status = 15;
        return (driver, events, status);
    }
}
