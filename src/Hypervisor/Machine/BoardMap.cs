using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Machine;

/// <summary>Addresses and interrupt numbers of QEMU's <c>virt</c> board (its documentation, "RISC-V virt board"; its device tree).</summary>
internal static class BoardMap
{
    public const int VirtioSlots = 8;
    public const int UartInterrupt = 10;
    public const int RtcInterrupt = 11;
    public const int FirstVirtioInterrupt = 1;

    /// <summary>Room for the reset vector and what it hands to a firmware.</summary>
    public const ulong ResetRomSize = 0x1000;

    public static Gpa ResetRom => new(0x1000);

    public static Gpa TestFinisher => new(0x10_0000);

    public static Gpa Rtc => new(0x10_1000);

    public static Gpa Clint => new(0x200_0000);

    public static Gpa Plic => new(0xc00_0000);

    public static Gpa Uart => new(0x1000_0000);

    public static Gpa VirtioSlot(int slot) => new(0x1000_1000 + ((ulong)slot * 0x1000));
}
