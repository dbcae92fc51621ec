using System.Runtime.InteropServices;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>Words of <see cref="HartState.Engine"/> as this back-end uses them.</summary>
internal static class EngineWord
{
    /// <summary>The callback that executes one instruction.</summary>
    public const int Execute = 0;

    /// <summary>MXCSR for guest code: nearest-even, exceptions masked, no flags.</summary>
    public const int CleanControl = 1;

    /// <summary>MXCSR as guest code left it.</summary>
    public const int LeftControl = 2;

    /// <summary>What Instret will be when the budget register reaches zero.</summary>
    public const int Target = 3;

    /// <summary>The site of the exit.</summary>
    public const int Site = 4;

    /// <summary>The jump table.</summary>
    public const int JumpTable = 5;

    /// <summary>Where code memory starts.</summary>
    public const int CodeBase = 6;

    /// <summary>Names the present meaning of virtual code addresses; in the upper half <see cref="X64.JumpTable.SaltOf"/> it.</summary>
    public const int LinkKey = 7;

    /// <summary>Two words: ones in the upper half of a NaN-boxed single.</summary>
    public const int Box = 8;

    /// <summary>Two words: the sign of a double.</summary>
    public const int DoubleSign = 10;

    /// <summary>Two words: the sign of a single.</summary>
    public const int SingleSign = 12;

    /// <summary>The context that <see cref="X64.PageCache"/> belongs to.</summary>
    public const int CachedContext = 14;

    /// <summary>What <see cref="SoftTlb.Drops"/> was when it was valid.</summary>
    public const int CachedDrops = 15;

    /// <summary>The canonical NaN of a double.</summary>
    public const int DoubleNaN = 16;

    /// <summary>That of a single, NaN-boxed.</summary>
    public const int SingleNaN = 17;

    /// <summary>Where RAM lies in the host.</summary>
    public const int Ram = 18;

    /// <summary>Where its pages' flags lie.</summary>
    public const int RamFlags = 19;

    /// <summary>Times that the second level of the TLB helped.</summary>
    public const int Refills = 20;

    /// <summary>Where <see cref="GuestRam.CodeWrites"/> lies.</summary>
    public const int CodeWrites = 21;

    /// <summary>What that was when translations were last compared with memory.</summary>
    public const int CodeWritesSeen = 22;

    /// <summary>Where the <see cref="HostStack"/> of this stay begins.</summary>
    public const int StackBase = 23;

    /// <summary>Eight words: see <see cref="FlagOps.WriteTable"/>.</summary>
    public const int FlagTable = 24;

    /// <summary>The entries of <see cref="X64.PageCache"/>.</summary>
    public const int PageCache = 32;

    /// <summary>The present <see cref="X64.JumpTable.IndexMask"/>.</summary>
    public const int JumpMask = PageCache + (RegisterFile.Count * X64.PageCache.WordsPerRegister);
}

/// <summary>Where things of a <see cref="HartState"/> lie from RBP, which points 128 bytes into it: X registers need short displacements.</summary>
internal static class StateLayout
{
    /// <summary>What is added to the state's address.</summary>
    public const int Bias = 128;

    private static readonly int FloatOffset = Offset(nameof(HartState.F));
    private static readonly int EngineOffset = Offset(nameof(HartState.Engine));

    public static Mem Pc { get; } = Field(Offset(nameof(HartState.Pc)));

    public static Mem Instret { get; } = Field(Offset(nameof(HartState.Instret)));

    public static Mem Requests { get; } = Field(Offset(nameof(HartState.Requests)));

    public static Mem ReadTags { get; } = TlbField(nameof(SoftTlb.ReadTags));

    public static Mem TlbMask { get; } = TlbField(nameof(SoftTlb.Mask));

    public static Mem LargePages { get; } = TlbField(nameof(SoftTlb.LargePages));

    public static Mem DataContext { get; } = TlbField(nameof(SoftTlb.DataContext));

    public static Mem Reservation { get; } = Field(Offset(nameof(HartState.Reservation)));

    public static Mem ReservedValue { get; } = Field(Offset(nameof(HartState.ReservedValue)));

    public static Mem ReservationSize { get; } = Field(Offset(nameof(HartState.ReservationSize)));

    public static Mem Privilege { get; } = Field(Offset(nameof(HartState.Privilege)));

    /// <summary>FpStatus and, one byte on, RoundingMode.</summary>
    public static Mem FpStatus { get; } = Field(Offset(nameof(HartState.FpStatus)));

    public static Mem FpFlags { get; } = Field(Offset(nameof(HartState.FpFlags)));

    /// <summary>An integer register.</summary>
    public static Mem Integer(int register) => Field(register * 8);

    /// <summary>A floating-point register.</summary>
    public static Mem Float(int register) => Field(FloatOffset + (register * 8));

    /// <summary>The upper half of <see cref="EngineWord.LinkKey"/>.</summary>
    public static Mem JumpSalt { get; } = Field(EngineOffset + (EngineWord.LinkKey * 8) + 4);

    /// <summary>An engine word.</summary>
    public static Mem Word(int index) => Field(EngineOffset + (index * 8));

    /// <summary>A register of <see cref="PrivilegedUnit.IsHolder"/>.</summary>
    public static Mem Holder(Csr csr) => Field(Offset(csr switch
    {
        Csr.Sscratch => nameof(HartState.Sscratch),
        Csr.Sepc => nameof(HartState.Sepc),
        Csr.Scause => nameof(HartState.Scause),
        Csr.Stval => nameof(HartState.Stval),
        Csr.Mscratch => nameof(HartState.Mscratch),
        Csr.Mepc => nameof(HartState.Mepc),
        Csr.Mcause => nameof(HartState.Mcause),
        Csr.Mtval => nameof(HartState.Mtval),
        _ => throw new InvariantViolatedException($"{csr} only holds a value"),
    }));

    private static Mem TlbField(string field) => Field(Offset(nameof(HartState.Tlb)) + (int)Marshal.OffsetOf<SoftTlb>(field));

    private static Mem Field(int offset) => new(Gpr.Rbp, offset - Bias);

    private static int Offset(string field) => (int)Marshal.OffsetOf<HartState>(field);
}
