using System.Text;
using Trapline.Hypervisor.Devices.Console;
using Trapline.Hypervisor.Devices.Uart;

namespace Trapline.Hypervisor.Tests.Devices;

/// <summary>Sections are those of the PC16550D datasheet.</summary>
public sealed class UartTests
{
    private const ulong Data = 0;
    private const ulong Ier = 1;
    private const ulong Iir = 2;
    private const ulong Fcr = 2;
    private const ulong Lcr = 3;
    private const ulong Mcr = 4;
    private const ulong Lsr = 5;
    private const ulong Msr = 6;
    private const ulong Scr = 7;

    private readonly ConsoleInput _input = new(64);
    private readonly TestOutput _output = new();
    private readonly TestLine _line = new();

    [Fact]
    public void What_is_written_comes_out_and_the_transmitter_is_always_empty()
    {
        var uart = Make();
        foreach (var b in "hello"u8)
        {
            uart.Write(Data, 1, b);
            Assert.Equal(0x60u, Read(uart, Lsr));
        }

        Assert.Equal("hello", _output.Text);
    }

    [Fact]
    public void Input_is_read_in_order_and_none_is_lost_beyond_the_fifo()
    {
        var uart = Make();
        uart.Write(Fcr, 1, 0x01);
        var text = string.Concat(Enumerable.Range(0, 60).Select(i => (char)('!' + i)));
        Assert.Equal(60, _input.Offer(Encoding.ASCII.GetBytes(text)));
        Assert.Equal(44, _input.Count); // 16 are in the FIFO
        var read = new StringBuilder();
        while ((Read(uart, Lsr) & 1) != 0)
            read.Append((char)Read(uart, Data));
        Assert.Equal(text, read.ToString());
        Assert.Equal(0u, Read(uart, Lsr) & 0x02); // no overrun
    }

    [Fact]
    public void Divisor_latch_hides_data_and_interrupt_enable()
    {
        var uart = Make();
        uart.Write(Ier, 1, 0x05);
        uart.Write(Lcr, 1, 0x83);
        uart.Write(Data, 1, 0x34);
        uart.Write(Ier, 1, 0x12);
        Assert.Equal(0x34u, Read(uart, Data));
        Assert.Equal(0x12u, Read(uart, Ier));
        uart.Write(Lcr, 1, 0x03);
        Assert.Equal(0x05u, Read(uart, Ier));
        Assert.Equal(0x03u, Read(uart, Lcr));
        Assert.Equal("", _output.Text);
    }

    [Fact]
    public void Received_data_interrupts_at_the_trigger_level_and_times_out_below_it()
    {
        var uart = Make();
        uart.Write(Ier, 1, 0x01);
        uart.Write(Fcr, 1, 0x81); // FIFOs on, trigger level 8
        _input.Offer("1234567"u8);
        Assert.True(_line.Level);
        Assert.Equal(0xccu, Read(uart, Iir)); // section 8.4: character timeout
        _input.Offer("8"u8);
        Assert.Equal(0xc4u, Read(uart, Iir));
        for (var i = 0; i < 8; i++)
            Read(uart, Data);
        Assert.False(_line.Level);
        Assert.Equal(0xc1u, Read(uart, Iir));
    }

    [Fact]
    public void Transmitter_empty_interrupts_when_enabled_and_after_each_byte_until_identified()
    {
        var uart = Make();
        uart.Write(Ier, 1, 0x02);
        Assert.True(_line.Level); // section 8.6: enabling it while empty
        Assert.Equal(0x02u, Read(uart, Iir));
        Assert.False(_line.Level); // table IV: reading IIR, if it is the source, resets it
        Assert.Equal(0x01u, Read(uart, Iir));
        uart.Write(Data, 1, (byte)'x');
        Assert.True(_line.Level);
        uart.Write(Ier, 1, 0x00);
        Assert.False(_line.Level);
    }

    [Fact]
    public void Interrupts_are_identified_in_the_order_of_table_IV()
    {
        var uart = Make();
        uart.Write(Ier, 1, 0x0f);
        uart.Write(Mcr, 1, 0x10); // loop-back: modem lines change, data comes back
        uart.Write(Data, 1, (byte)'a');
        uart.Write(Data, 1, (byte)'b'); // overrun without FIFOs
        Assert.Equal(0x06u, Read(uart, Iir)); // line status
        Assert.Equal(0x63u, Read(uart, Lsr));
        Assert.Equal(0x04u, Read(uart, Iir)); // received data
        Assert.Equal((ulong)'b', Read(uart, Data)); // the new character destroyed the old one
        Assert.Equal(0x02u, Read(uart, Iir)); // transmitter empty, reset by this read
        Assert.Equal(0x00u, Read(uart, Iir)); // modem status
        Read(uart, Msr);
        Assert.Equal(0x01u, Read(uart, Iir));
        Assert.False(_line.Level);
    }

    [Fact]
    public void Loop_back_keeps_data_inside_and_joins_modem_lines()
    {
        var uart = Make();
        uart.Write(Mcr, 1, 0x1a); // loop, RTS, OUT2
        Assert.Equal(0x90u, Read(uart, Msr) & 0xf0); // CTS and DCD: the check by which Linux finds a port
        _input.Offer("in"u8);
        uart.Write(Data, 1, (byte)'q');
        Assert.Equal((ulong)'q', Read(uart, Data));
        Assert.Equal("", _output.Text);
        Assert.Equal(2, _input.Count);

        uart.Write(Mcr, 1, 0x0b);
        Assert.Equal((ulong)'i', Read(uart, Data)); // outside input flows again
    }

    [Fact]
    public void Modem_deltas_show_changes_once_and_ring_only_its_trailing_edge()
    {
        var uart = Make();
        uart.Write(Mcr, 1, 0x10);
        Assert.Equal(0x0bu, Read(uart, Msr)); // CTS, DSR and DCD fell
        Assert.Equal(0x00u, Read(uart, Msr));
        uart.Write(Mcr, 1, 0x14);
        Assert.Equal(0x40u, Read(uart, Msr));
        uart.Write(Mcr, 1, 0x10);
        Assert.Equal(0x04u, Read(uart, Msr));
    }

    [Fact]
    public void Fifo_control_clears_switches_and_shows_in_identification()
    {
        var uart = Make();
        Assert.Equal(0x01u, Read(uart, Iir));
        uart.Write(Fcr, 1, 0xc0); // without the enable bit nothing counts
        Assert.Equal(0x01u, Read(uart, Iir));
        uart.Write(Fcr, 1, 0x01);
        Assert.Equal(0xc1u, Read(uart, Iir));
        _input.Offer("abc"u8);
        uart.Write(Fcr, 1, 0x03);
        Assert.Equal(0u, Read(uart, Lsr) & 1);
        uart.Write(Scr, 1, 0x5a);
        Assert.Equal(0x5au, Read(uart, Scr));
    }

    [Fact]
    public void A_restored_uart_goes_on_where_the_saved_one_stood()
    {
        var uart = Make();
        uart.Write(Fcr, 1, 0xc1);
        uart.Write(Ier, 1, 0x03);
        uart.Write(Lcr, 1, 0x1b);
        uart.Write(Scr, 1, 0x77);
        _input.Offer("pending"u8);
        Read(uart, Data);
        var state = Records.RoundTrip(uart.Save());

        var line = new TestLine();
        var restored = new UartDevice(new ConsoleInput(), _output, line, state);
        Records.AssertSame(state, restored.Save());
        Assert.True(line.Level);
        var rest = new StringBuilder();
        while ((Read(restored, Lsr) & 1) != 0)
            rest.Append((char)Read(restored, Data));
        Assert.Equal("ending", rest.ToString());
    }

    [Fact]
    public void An_owner_that_offers_more_as_space_frees_keeps_the_order()
    {
        var uart = Make(new ConsoleInput(4), out var input);
        uart.Write(Fcr, 1, 0x01);
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
        for (var i = 0; i < 200; i++)
            Assert.Equal((byte)i, (byte)Read(uart, Data));
    }

    [Fact]
    public async Task Two_threads_can_type_and_read_at_once()
    {
        const int Total = 5_000;
        var uart = Make();
        uart.Write(Fcr, 1, 0x01);
        var typing = Task.Factory.StartNew(() =>
        {
            for (var sent = 0; sent < Total;)
            {
                var taken = _input.Offer([(byte)sent]);
                sent += taken;
                if (taken == 0)
                    Thread.Yield();
            }
        }, TaskCreationOptions.LongRunning);
        for (var i = 0; i < Total; i++)
        {
            Assert.True(SpinWait.SpinUntil(() => (Read(uart, Lsr) & 1) != 0, TimeSpan.FromSeconds(60)));
            Assert.Equal((byte)i, (byte)Read(uart, Data));
        }

        await typing.WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static ulong Read(UartDevice uart, ulong register) => uart.Read(register, 1);

    private UartDevice Make() => new(_input, _output, _line);

    private UartDevice Make(ConsoleInput input, out ConsoleInput same)
    {
        same = input;
        return new UartDevice(input, _output, _line);
    }
}
