using Trapline.Hypervisor.Devices.Console;
using Trapline.Hypervisor.DeviceTree;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Devices.Uart;

/// <summary>
/// The UART on the bus, between a console and an interrupt line. Input is only pulled while the receiver has room, so a guest that
/// reads slowly loses nothing: back-pressure reaches the offering side. Locks are taken device first, then console input.
/// </summary>
public sealed class UartDevice : IMmioDevice
{
    /// <summary>Bytes of its window.</summary>
    public const ulong WindowSize = 0x100;

    private const uint ClockHz = 3_686_400;

    private readonly Lock _gate = new();
    private readonly ConsoleInput _input;
    private readonly IInterruptLine _line;
    private readonly UartChip _chip;
    private bool _level;
    private bool _settling;

    /// <summary>Makes the device at reset, or as it was saved.</summary>
    public UartDevice(ConsoleInput input, IConsoleOutput output, IInterruptLine line, UartStateV1? state = null)
    {
        _input = input;
        _line = line;
        _chip = new UartChip(output, state);
        _level = _chip.Interrupt;
        _line.Set(_level);
        _input.Attach(Pull);
        Pull();
    }

    /// <inheritdoc/>
    public ulong Read(ulong offset, int size)
    {
        if (offset > UartRegisters.Scratch)
            return 0;
        lock (_gate)
        {
            var value = _chip.Read((int)offset);
            Settle();
            return value;
        }
    }

    /// <inheritdoc/>
    public void Write(ulong offset, int size, ulong value)
    {
        if (offset > UartRegisters.Scratch)
            return;
        lock (_gate)
        {
            _chip.Write((int)offset, (byte)value);
            Settle();
        }
    }

    /// <summary>The device as it stands.</summary>
    public UartStateV1 Save()
    {
        lock (_gate)
            return _chip.Save();
    }

    /// <summary>Writes its device-tree node.</summary>
    public static void WriteNode(FdtWriter tree, Gpa address, FdtInterrupt interrupt)
    {
        tree.BeginNode("serial", address.Value);
        tree.Property("compatible", "ns16550a");
        tree.Reg(address, WindowSize);
        tree.Property("clock-frequency", ClockHz);
        tree.Interrupt(interrupt);
        tree.EndNode();
    }

    private void Pull()
    {
        lock (_gate)
            Settle();
    }

    /// <summary>Brings input and interrupt pin in line with the registers; after every change.</summary>
    private void Settle()
    {
        if (_settling)
            return; // taking input made its owner offer more, and the loop below goes on by itself
        _settling = true;
        Span<byte> next = stackalloc byte[1];
        while (_chip.CanReceive && _input.Take(next) == 1)
            _chip.Receive(next[0]);
        _settling = false;
        var level = _chip.Interrupt;
        if (level == _level)
            return;
        _level = level;
        _line.Set(level);
    }
}
