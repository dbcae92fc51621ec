using System.Globalization;
using System.Text;

namespace Trapline.Hypervisor.Machine.Debugging;

/// <summary>
/// The numbers by which GDB names a RISC-V hart's registers, and the target description that tells it so (GDB manual, appendix G,
/// "RISC-V Features"): x0 to x31, pc, f0 to f31, then CSRs from 65 on, then the privilege mode as a virtual register.
/// </summary>
internal static class GdbRegisters
{
    /// <summary>What a <c>g</c> packet holds: the integer registers and pc. GDB asks for others one by one.</summary>
    public const int GeneralCount = 33;

    private const int FirstFloat = 33;
    private const int FirstCsr = 65;
    private const int PrivilegeNumber = FirstCsr + 4096;

    private static readonly string[] IntegerNames =
    [
        "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "fp", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
        "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
    ];

    private static readonly string[] FloatNames =
    [
        "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0", "fa1", "fa2", "fa3", "fa4", "fa5",
        "fa6", "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11",
    ];

    private static readonly (string Name, int Number)[] Csrs =
    [
        ("fflags", 0x001), ("frm", 0x002), ("fcsr", 0x003), ("cycle", 0xC00), ("time", 0xC01), ("instret", 0xC02),
        ("sstatus", 0x100), ("sie", 0x104), ("stvec", 0x105), ("scounteren", 0x106), ("senvcfg", 0x10A),
        ("sscratch", 0x140), ("sepc", 0x141), ("scause", 0x142), ("stval", 0x143), ("sip", 0x144), ("stimecmp", 0x14D), ("satp", 0x180),
        ("mhartid", 0xF14), ("mstatus", 0x300), ("misa", 0x301), ("medeleg", 0x302), ("mideleg", 0x303), ("mie", 0x304),
        ("mtvec", 0x305), ("mcounteren", 0x306), ("menvcfg", 0x30A), ("mscratch", 0x340), ("mepc", 0x341), ("mcause", 0x342),
        ("mtval", 0x343), ("mip", 0x344),
    ];

    /// <summary>The target description.</summary>
    public static string TargetXml { get; } = BuildXml();

    /// <summary>Which register a number means; false for none.</summary>
    public static bool TryMap(int number, out DebugRegister register, out int size)
    {
        size = 8;
        register = number switch
        {
            >= 0 and < 32 => new DebugRegister(DebugRegisterKind.Integer, number),
            32 => new DebugRegister(DebugRegisterKind.Pc, 0),
            >= FirstFloat and < FirstCsr => new DebugRegister(DebugRegisterKind.Float, number - FirstFloat),
            >= FirstCsr and < PrivilegeNumber => new DebugRegister(DebugRegisterKind.Csr, number - FirstCsr),
            _ => new DebugRegister(DebugRegisterKind.Privilege, 0),
        };
        if (register.Kind == DebugRegisterKind.Csr && register.Number is >= 1 and <= 3)
            size = 4;
        return number is >= 0 and <= PrivilegeNumber;
    }

    private static string BuildXml()
    {
        var xml = new StringBuilder();
        xml.Append("<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target version=\"1.0\"><architecture>riscv:rv64</architecture>");
        xml.Append("<feature name=\"org.gnu.gdb.riscv.cpu\">");
        for (var i = 0; i < 32; i++)
            Register(xml, IntegerNames[i], 64, i, i is 1 ? "code_ptr" : i is 2 or 3 or 4 ? "data_ptr" : "int");
        Register(xml, "pc", 64, 32, "code_ptr");
        xml.Append("</feature><feature name=\"org.gnu.gdb.riscv.fpu\">");
        xml.Append("<union id=\"riscv_double\"><field name=\"float\" type=\"ieee_single\"/><field name=\"double\" type=\"ieee_double\"/></union>");
        for (var i = 0; i < 32; i++)
            Register(xml, FloatNames[i], 64, FirstFloat + i, "riscv_double");
        foreach (var (name, number) in Csrs.Where(c => c.Number <= 3))
            Register(xml, name, 32, FirstCsr + number, "int");
        xml.Append("</feature><feature name=\"org.gnu.gdb.riscv.csr\">");
        foreach (var (name, number) in Csrs.Where(c => c.Number > 3))
            Register(xml, name, 64, FirstCsr + number, "int");
        xml.Append("</feature><feature name=\"org.gnu.gdb.riscv.virtual\">");
        Register(xml, "priv", 64, PrivilegeNumber, "int");
        return xml.Append("</feature></target>").ToString();
    }

    private static void Register(StringBuilder xml, string name, int bits, int number, string type) =>
        xml.Append(CultureInfo.InvariantCulture, $"<reg name=\"{name}\" bitsize=\"{bits}\" type=\"{type}\" regnum=\"{number}\"/>");
}
