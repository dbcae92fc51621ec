using System.Text;
using Trapline.Hypervisor.Devices.Console;
using Trapline.Hypervisor.Devices.Virtio;
using Trapline.Hypervisor.Devices.Virtio.Serial;

namespace Trapline.Hypervisor.Tests.Devices.Virtio;

/// <summary>Sections are those of virtio 1.2, 5.3.</summary>
public sealed class VirtioConsoleTests
{
    private const ulong ReceiveAt = TestMemory.DefaultStart + 0x1000;
    private const ulong TransmitAt = TestMemory.DefaultStart + 0x2000;
    private const ulong BufferAt = TestMemory.DefaultStart + 0x8000;

    private readonly TestMemory _memory = new(0x2_0000);
    private readonly TestLine _line = new();
    private readonly TestOutput _output = new();

    [Fact]
    public void Output_comes_out_in_order()
    {
        var (_, _, transmit) = Start(new ConsoleInput());
        Encoding.ASCII.GetBytes("hello, world").CopyTo(_memory.At(BufferAt, 12));
        transmit.Add(new GuestBuffer(BufferAt, 7, false), new GuestBuffer(BufferAt + 7, 5, false));
        transmit.Kick();
        Assert.Equal((0u, 0u), transmit.Take());
        Assert.Equal("hello, world", _output.Text);
    }

    [Fact]
    public void Input_fills_buffers_and_waits_for_more()
    {
        var input = new ConsoleInput();
        var (driver, receive, _) = Start(input);
        receive.Add(new GuestBuffer(BufferAt, 4, true));
        receive.Kick();
        Assert.Null(receive.Take());
        input.Offer("abcdef"u8);
        Assert.Equal((0u, 4u), receive.Take());
        Assert.Equal("abcd"u8.ToArray(), _memory.At(BufferAt, 4).ToArray());
        Assert.True(_line.Level);
        driver.Acknowledge();
        Assert.Equal(2, input.Count);
        receive.Add(new GuestBuffer(BufferAt + 16, 1, true), new GuestBuffer(BufferAt + 32, 64, true));
        receive.Kick();
        Assert.Equal(2u, receive.Take()!.Value.Written);
        Assert.Equal((byte)'e', _memory.At(BufferAt + 16, 1)[0]);
        Assert.Equal((byte)'f', _memory.At(BufferAt + 32, 1)[0]);
    }

    [Fact]
    public void Input_that_came_before_the_driver_is_delivered_when_it_is_ready()
    {
        var input = new ConsoleInput();
        input.Offer("early"u8);
        var (_, receive, _) = Start(input);
        receive.Add(new GuestBuffer(BufferAt, 64, true));
        receive.Kick();
        Assert.Equal(5u, receive.Take()!.Value.Written);
    }

    [Fact]
    public void An_owner_that_offers_more_as_space_frees_keeps_the_order()
    {
        var input = new ConsoleInput(4);
        var (_, receive, _) = Start(input);
        var sent = 0;
        void Feed()
        {
            Span<byte> next = stackalloc byte[1];
            do
                next[0] = (byte)sent;
            while (sent < 200 && input.Offer(next) == 1 && ++sent > 0);
        }

        input.SpaceFreed += Feed;
        Feed();
        var read = new List<byte>();
        while (read.Count < 200)
        {
            receive.Add(new GuestBuffer(BufferAt, 3, true));
            receive.Kick();
            read.AddRange(_memory.At(BufferAt, (int)receive.Take()!.Value.Written).ToArray());
        }

        Assert.Equal(Enumerable.Range(0, 200).Select(i => (byte)i), read);
    }

    [Fact]
    public void The_terminals_size_changes_with_a_new_generation_and_an_interrupt()
    {
        var (driver, _, _) = Start(new ConsoleInput());
        Assert.Equal(80u | (25u << 16), driver.Slot.Read(0x100, 4));
        Assert.Equal(1u, driver.Slot.Read(0x104, 4));
        var generation = driver.Register(0xfc);
        ((VirtioConsole)((VirtioSlot)driver.Slot).Function).Resize(132, 50);
        Assert.Equal(132u, driver.Slot.Read(0x100, 2));
        Assert.Equal(50u, driver.Slot.Read(0x102, 2));
        Assert.NotEqual(generation, driver.Register(0xfc));
        Assert.Equal(2u, driver.InterruptStatus);
    }

    [Fact]
    public void Emergency_writes_work_before_the_driver_does()
    {
        var driver = Make(new ConsoleInput());
        driver.Slot.Write(0x108, 4, 'p');
        driver.Slot.Write(0x108, 4, '!');
        Assert.Equal("p!", _output.Text);
    }

    [Fact]
    public void A_buffer_of_gigabytes_is_cut_off()
    {
        var (_, _, transmit) = Start(new ConsoleInput());
        const int Segments = 60; // the same 128 KiB over and over
        transmit.AddIndirect(
            BufferAt + 0x1000, [.. Enumerable.Repeat(new GuestBuffer(TestMemory.DefaultStart, 0x2_0000, false), Segments)]);
        transmit.Kick();
        Assert.NotNull(transmit.Take());
        Assert.InRange(_output.Text.Length, 1, VirtioConsole.MaxOutputBytes);
    }

    private TestDriver Make(ConsoleInput input) =>
        new(new VirtioSlot(_memory, _line, new VirtioConsole(input, _output)), _memory);

    private (TestDriver Driver, GuestQueue Receive, GuestQueue Transmit) Start(ConsoleInput input)
    {
        var driver = Make(input);
        Assert.True(driver.Negotiate(VirtioFeatures.Version1 | VirtioFeatures.IndirectDescriptors | 1));
        var receive = driver.SetUpQueue(0, 8, ReceiveAt);
        var transmit = driver.SetUpQueue(1, 8, TransmitAt);
        driver.Status = 15;
        return (driver, receive, transmit);
    }
}
