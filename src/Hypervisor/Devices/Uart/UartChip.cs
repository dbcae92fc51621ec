using Trapline.Hypervisor.Devices.Console;
using static Trapline.Hypervisor.Devices.Uart.UartRegisters;

namespace Trapline.Hypervisor.Devices.Uart;

/// <summary>
/// An NS16550A (PC16550D datasheet, section 8) on a line of infinite speed: what is written is sent at once, so the transmitter is
/// always empty, and the character timeout of a receiver FIFO below its trigger level (section 8.4) is over at once. Without
/// locks; <see cref="UartDevice"/> serializes.
/// </summary>
public sealed class UartChip
{
    private const int FifoSize = 16;

    private static readonly byte[] TriggerLevels = [1, 4, 8, 14];

    private readonly IConsoleOutput _output;
    private readonly byte[] _received = new byte[FifoSize];
    private int _head;
    private int _count;
    private byte _ier;
    private byte _fcr;
    private byte _lcr;
    private byte _mcr;
    private byte _lineErrors;
    private byte _msr = MsrCarrier | MsrDsr | MsrCts; // a terminal is connected and ready
    private byte _scr;
    private ushort _divisor;
    private bool _transmitterEmptyPending;

    /// <summary>Makes the chip at reset, or as it was saved.</summary>
    public UartChip(IConsoleOutput output, UartStateV1? state = null)
    {
        _output = output;
        if (state is null)
            return;
        _ier = state.Ier;
        _fcr = state.Fcr;
        _lcr = state.Lcr;
        _mcr = state.Mcr;
        _lineErrors = state.LineErrors;
        _msr = state.Msr;
        _scr = state.Scr;
        _divisor = state.Divisor;
        _transmitterEmptyPending = state.TransmitterEmptyPending;
        _count = Math.Min(state.Received.Length, FifoSize);
        state.Received.AsSpan(0, _count).CopyTo(_received);
    }

    /// <summary>Whether a byte from outside would be kept: the line is not looped back and the receiver has room.</summary>
    public bool CanReceive => (_mcr & McrLoop) == 0 && _count < Capacity;

    /// <summary>The level of the interrupt pin.</summary>
    public bool Interrupt => Identify() != IirNone;

    private bool FifosEnabled => (_fcr & FcrEnable) != 0;

    private int Capacity => FifosEnabled ? FifoSize : 1;

    private bool DivisorLatch => (_lcr & LcrDivisorLatch) != 0;

    /// <summary>Reads a register, with its side effects.</summary>
    public byte Read(int register) => register switch
    {
        Data => DivisorLatch ? (byte)_divisor : TakeReceived(),
        InterruptEnable => DivisorLatch ? (byte)(_divisor >> 8) : _ier,
        InterruptIdentification => ReadIdentification(),
        LineControl => _lcr,
        ModemControl => _mcr,
        LineStatus => ReadLineStatus(),
        ModemStatus => ReadModemStatus(),
        Scratch => _scr,
        _ => 0,
    };

    /// <summary>Writes a register, with its side effects.</summary>
    public void Write(int register, byte value)
    {
        switch (register)
        {
            case Data when DivisorLatch:
                _divisor = (ushort)((_divisor & 0xff00) | value);
                break;
            case Data:
                Transmit(value);
                break;
            case InterruptEnable when DivisorLatch:
                _divisor = (ushort)((_divisor & 0x00ff) | (value << 8));
                break;
            case InterruptEnable:
                // Enabling the interrupt of a transmitter that is empty raises it (section 8.6).
                if ((value & ~_ier & IerTransmitterEmpty) != 0)
                    _transmitterEmptyPending = true;
                _ier = (byte)(value & 0x0f);
                break;
            case InterruptIdentification:
                WriteFifoControl(value);
                break;
            case LineControl:
                _lcr = value;
                break;
            case ModemControl:
                _mcr = (byte)(value & 0x1f);
                UpdateModemLines();
                break;
            case Scratch:
                _scr = value;
                break;
        }
    }

    /// <summary>A byte arrives; without room it is lost and the overrun bit says so.</summary>
    public void Receive(byte value)
    {
        if (_count >= Capacity)
        {
            _lineErrors |= LsrOverrun;
            if (!FifosEnabled)
                _received[_head] = value; // section 8.4: without FIFOs the new character destroys the old one
            return;
        }

        _received[(_head + _count) % FifoSize] = value;
        _count++;
    }

    /// <summary>The chip as it stands.</summary>
    public UartStateV1 Save()
    {
        var received = new byte[_count];
        for (var i = 0; i < _count; i++)
            received[i] = _received[(_head + i) % FifoSize];
        return new UartStateV1(
            _ier, _fcr, _lcr, _mcr, _lineErrors, _msr, _scr, _divisor, _transmitterEmptyPending, received);
    }

    private byte TakeReceived()
    {
        if (_count == 0)
            return 0;
        var value = _received[_head];
        _head = (_head + 1) % FifoSize;
        _count--;
        return value;
    }

    private void Transmit(byte value)
    {
        if ((_mcr & McrLoop) != 0)
            Receive(value);
        else
            _output.Write([value]);
        _transmitterEmptyPending = true; // it was cleared by this write and is due again, for the byte has left
    }

    /// <summary>The most urgent interrupt, in the order of table IV of the datasheet.</summary>
    private byte Identify()
    {
        if ((_ier & IerLineStatus) != 0 && _lineErrors != 0)
            return IirLineStatus;
        if ((_ier & IerReceived) != 0 && _count > 0)
            return FifosEnabled && _count < TriggerLevels[_fcr >> 6] ? IirTimeout : IirReceived;
        if ((_ier & IerTransmitterEmpty) != 0 && _transmitterEmptyPending)
            return IirTransmitterEmpty;
        if ((_ier & IerModemStatus) != 0 && (_msr & MsrDeltas) != 0)
            return IirModemStatus;
        return IirNone;
    }

    private byte ReadIdentification()
    {
        var source = Identify();
        if (source == IirTransmitterEmpty)
            _transmitterEmptyPending = false;
        return FifosEnabled ? (byte)(source | IirFifosEnabled) : source;
    }

    private byte ReadLineStatus()
    {
        var status = (byte)(LsrTransmitterEmpty | _lineErrors | (_count > 0 ? LsrDataReady : 0));
        _lineErrors = 0;
        return status;
    }

    private byte ReadModemStatus()
    {
        var status = _msr;
        _msr &= 0xf0;
        return status;
    }

    private void WriteFifoControl(byte value)
    {
        // Section 8.5: switching the FIFOs on or off empties them; other bits only count together with the enable bit.
        var toggled = ((value ^ _fcr) & FcrEnable) != 0;
        if (toggled || (value & (FcrEnable | FcrClearReceiver)) == (FcrEnable | FcrClearReceiver))
            _count = 0;
        _fcr = (value & FcrEnable) != 0 ? (byte)(value & FcrKept) : (byte)0;
    }

    private void UpdateModemLines()
    {
        var lines = (_mcr & McrLoop) == 0
            ? MsrCarrier | MsrDsr | MsrCts
            : ((_mcr & McrRts) != 0 ? MsrCts : 0)
              | ((_mcr & McrDtr) != 0 ? MsrDsr : 0)
              | ((_mcr & McrOut1) != 0 ? MsrRing : 0)
              | ((_mcr & McrOut2) != 0 ? MsrCarrier : 0);
        var changed = (lines ^ _msr) & 0xf0;
        var deltas = changed >> 4;
        if ((lines & MsrRing) != 0)
            deltas &= ~MsrTrailingRing; // the ring delta marks only its trailing edge (section 8.8)
        _msr = (byte)(lines | (_msr & MsrDeltas) | deltas);
    }
}
