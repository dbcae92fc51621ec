namespace Trapline.Hypervisor.Devices.Uart;

/// <summary>A saved UART; registers carry the names of the NS16550A datasheet.</summary>
/// <param name="Ier">Interrupt enable.</param>
/// <param name="Fcr">FIFO control, as last written without its self-clearing bits.</param>
/// <param name="Lcr">Line control.</param>
/// <param name="Mcr">Modem control.</param>
/// <param name="LineErrors">The error bits of the line status.</param>
/// <param name="Msr">Modem status.</param>
/// <param name="Scr">Scratch.</param>
/// <param name="Divisor">The divisor latch.</param>
/// <param name="TransmitterEmptyPending">Whether the transmitter-empty interrupt waits.</param>
/// <param name="Received">What waits in the receiver, oldest first.</param>
public sealed record UartStateV1(
    byte Ier, byte Fcr, byte Lcr, byte Mcr, byte LineErrors, byte Msr, byte Scr, ushort Divisor,
    bool TransmitterEmptyPending, byte[] Received);
