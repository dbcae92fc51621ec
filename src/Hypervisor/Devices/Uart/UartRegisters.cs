namespace Trapline.Hypervisor.Devices.Uart;

/// <summary>Registers and bits of the NS16550A (PC16550D datasheet, section 8).</summary>
internal static class UartRegisters
{
    public const int Data = 0; // RBR, THR; DLL while DLAB
    public const int InterruptEnable = 1; // IER; DLM while DLAB
    public const int InterruptIdentification = 2; // IIR when read, FCR when written
    public const int LineControl = 3;
    public const int ModemControl = 4;
    public const int LineStatus = 5;
    public const int ModemStatus = 6;
    public const int Scratch = 7;

    public const byte IerReceived = 0x01;
    public const byte IerTransmitterEmpty = 0x02;
    public const byte IerLineStatus = 0x04;
    public const byte IerModemStatus = 0x08;

    public const byte IirModemStatus = 0x00;
    public const byte IirNone = 0x01;
    public const byte IirTransmitterEmpty = 0x02;
    public const byte IirReceived = 0x04;
    public const byte IirLineStatus = 0x06;
    public const byte IirTimeout = 0x0c;
    public const byte IirFifosEnabled = 0xc0;

    public const byte FcrEnable = 0x01;
    public const byte FcrClearReceiver = 0x02;
    public const byte FcrKept = 0xc9; // enable, DMA mode, trigger level

    public const byte LcrDivisorLatch = 0x80;

    public const byte McrDtr = 0x01;
    public const byte McrRts = 0x02;
    public const byte McrOut1 = 0x04;
    public const byte McrOut2 = 0x08;
    public const byte McrLoop = 0x10;

    public const byte LsrDataReady = 0x01;
    public const byte LsrOverrun = 0x02;
    public const byte LsrErrors = 0x1e;
    public const byte LsrTransmitterEmpty = 0x60; // THRE and TEMT

    public const byte MsrDeltas = 0x0f;
    public const byte MsrTrailingRing = 0x04;
    public const byte MsrCts = 0x10;
    public const byte MsrDsr = 0x20;
    public const byte MsrRing = 0x40;
    public const byte MsrCarrier = 0x80;
}
