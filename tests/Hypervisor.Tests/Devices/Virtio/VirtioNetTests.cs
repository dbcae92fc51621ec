using Trapline.Hypervisor.Devices.Virtio;
using Trapline.Hypervisor.Devices.Virtio.Net;

namespace Trapline.Hypervisor.Tests.Devices.Virtio;

/// <summary>Sections are those of virtio 1.2, 5.1.</summary>
public sealed class VirtioNetTests
{
    private const ulong ReceiveAt = TestMemory.DefaultStart + 0x1000;
    private const ulong TransmitAt = TestMemory.DefaultStart + 0x2000;
    private const ulong SentAt = TestMemory.DefaultStart + 0x8000;
    private const ulong ReceivedAt = TestMemory.DefaultStart + 0x9000;

    private readonly TestMemory _memory = new(0x1_0000);
    private readonly TestLine _line = new();

    [Fact]
    public void Configuration_tells_address_and_link()
    {
        var (driver, _, _) = Start(new NullNet());
        Assert.Equal(1u, driver.Register(0x08));
        Assert.Equal([0x52, 0x54, 0, 1, 2, 3], Enumerable.Range(0, 6).Select(i => (int)driver.Slot.Read(0x100 + (ulong)i, 1)));
        Assert.Equal(1u, driver.Slot.Read(0x106, 2));
    }

    [Fact]
    public void A_looped_frame_comes_back_behind_a_header_that_counts_one_buffer()
    {
        var (_, receive, transmit) = Start(new LoopbackNet());
        receive.Add(new GuestBuffer(ReceivedAt, 12, true), new GuestBuffer(ReceivedAt + 0x100, 2000, true));
        for (var i = 0; i < 60; i++)
            _memory.At(SentAt + 12, 60)[i] = (byte)i;
        transmit.Add(new GuestBuffer(SentAt, 72, false));
        transmit.Kick();
        Assert.Equal((0u, 0u), transmit.Take());
        Assert.Equal((0u, 72u), receive.Take());
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0], _memory.At(ReceivedAt, 12).ToArray()); // 5.1.6.4.1
        Assert.Equal(Enumerable.Range(0, 60).Select(i => (byte)i), _memory.At(ReceivedAt + 0x100, 60).ToArray());
    }

    [Fact]
    public void Frames_without_a_buffer_or_too_long_are_dropped()
    {
        var (driver, receive, transmit) = Start(new LoopbackNet());
        transmit.Add(new GuestBuffer(SentAt, 72, false));
        transmit.Add(new GuestBuffer(SentAt, 12 + VirtioNet.MaxFrame + 1, false));
        transmit.Kick();
        Assert.NotNull(transmit.Take());
        Assert.NotNull(transmit.Take());
        Assert.Null(receive.Take());
        receive.Add(new GuestBuffer(ReceivedAt, 30, true)); // too small for the frame: given back empty
        transmit.Add(new GuestBuffer(SentAt, 72, false));
        transmit.Kick();
        Assert.Equal((0u, 0u), receive.Take());
        Assert.Equal(15u, driver.Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_buffer_too_small_for_the_header_needs_a_reset(bool onReceive)
    {
        var (driver, receive, transmit) = Start(new LoopbackNet());
        receive.Add(new GuestBuffer(ReceivedAt, 11, true));
        transmit.Add(new GuestBuffer(SentAt, onReceive ? 72u : 11u, false));
        transmit.Kick();
        Assert.Equal(79u, driver.Status);
    }

    [Fact]
    public async Task Frames_from_another_thread_arrive_whole()
    {
        const int Frames = 1_000;
        var net = new OpenNet();
        var (driver, receive, _) = Start(net);
        var sender = Task.Factory.StartNew(() =>
        {
            var frame = new byte[64];
            for (var i = 0; i < Frames; i++)
            {
                frame.AsSpan().Fill((byte)i);
                Assert.True(SpinWait.SpinUntil(() => net.Port!.Deliver(frame), TimeSpan.FromSeconds(60)));
            }
        }, TaskCreationOptions.LongRunning);
        for (var i = 0; i < Frames; i++)
        {
            receive.Add(new GuestBuffer(ReceivedAt, 100, true));
            Assert.Equal(76u, receive.WaitTake().Written);
            driver.Acknowledge();
            Assert.Equal(Enumerable.Repeat((byte)i, 64), _memory.At(ReceivedAt + 12, 64).ToArray());
        }

        await sender.WaitAsync(TimeSpan.FromSeconds(60));
    }

    private (TestDriver Driver, GuestQueue Receive, GuestQueue Transmit) Start(INetBackend backend)
    {
        var slot = new VirtioSlot(_memory, _line, new VirtioNet(backend, [0x52, 0x54, 0, 1, 2, 3]));
        var driver = new TestDriver(slot, _memory);
        Assert.True(driver.Negotiate(VirtioFeatures.Version1 | (1UL << 5)));
        var receive = driver.SetUpQueue(0, 8, ReceiveAt);
        var transmit = driver.SetUpQueue(1, 8, TransmitAt);
        driver.Status = 15;
        return (driver, receive, transmit);
    }

    private sealed class OpenNet : INetBackend
    {
        public INetPort? Port { get; private set; }

        public void Attach(INetPort port) => Port = port;

        public void Send(ReadOnlySpan<byte> frame)
        {
        }
    }
}
