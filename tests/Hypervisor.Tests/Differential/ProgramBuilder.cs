using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Differential;

/// <summary>
/// Builds one bare-metal image that runs many test cases in machine mode and leaves what happened in memory. For each case it sets all registers,
/// enters the code, logs every trap (cause, pc, value, mstatus) and skips the instruction, and at an ECALL of any
/// mode saves all registers. It powers the machine off at the end.
/// </summary>
/// <remarks>
/// <code>
///   0x80000000  driver and trap handler         0x80600000  initial registers, 512 bytes for each case
///   0x8000F000  its variables                   0x80800000  results, 2 KiB for each case:
///   0x80010000  code of the cases                 0x000 x0..x31   0x100 f0..f31   0x200 fcsr, CSRs, number of traps
///   0x80400000  data                              0x280 trap log: 16 entries of cause, pc, value, mstatus
///   0x80500000  page tables                       0x480 case's own log
/// </code>
/// Cases may use every register and must leave mscratch alone, in which the handler keeps its pointer.
/// </remarks>
internal sealed class ProgramBuilder
{
    public const ulong Base = 0x8000_0000;
    public const ulong Variables = 0x8000_F000;
    public const ulong CodeStart = 0x8001_0000;
    public const ulong DataStart = 0x8040_0000;
    public const ulong DataBytes = 0x1_0000;
    public const ulong TablesStart = 0x8050_0000;
    public const ulong StatesStart = 0x8060_0000;
    public const ulong ResultsStart = 0x8080_0000;
    public const ulong PowerOffRegister = 0x10_0000;
    public const int MemoryBytes = 16 << 20;
    public const int StateBytes = 512;
    public const int ResultBytes = 2048;
    public const int MaximumCases = 3500;
    public const int TrapLogEntries = 16;
    public const int TrapLogOffset = 0x280;
    public const int OwnLogOffset = 0x480;

    private const int SavedX30 = 0;
    private const int SavedX29 = 8;
    private const int SavedX28 = 16;
    private const int SavedX31 = 24;
    private const int LogPointer = 32;
    private const int LogCount = 40;
    private const int ResultPointer = 48;
    private const int CaseIndex = 56;

    private readonly byte[] _memory = new byte[MemoryBytes];
    private readonly List<string> _names = [];
    private ulong _nextCode = CodeStart;

    public IReadOnlyList<string> Names => _names;

    /// <summary>The whole RAM as it is before the start.</summary>
    public byte[] Memory => _memory;

    public Span<byte> At(ulong address) => _memory.AsSpan((int)(address - Base));

    /// <summary>Where the next case's own log will lie.</summary>
    public ulong NextOwnLog => ResultsStart + ((ulong)_names.Count * ResultBytes) + OwnLogOffset;

    /// <summary>Where the next case's code will stand.</summary>
    public ulong NextCode => _nextCode;

    /// <summary>Adds a case; its code must have been assembled for <see cref="NextCode"/> and end with ECALL.</summary>
    public void Add(string name, Assembler code, ReadOnlySpan<ulong> integers, ReadOnlySpan<ulong> floats)
    {
        Assert.True(_names.Count < MaximumCases);
        byte[] bytes = code.Assemble();
        bytes.CopyTo(At(_nextCode));
        Span<byte> state = At(StatesStart + ((ulong)_names.Count * StateBytes));
        BitConverter.TryWriteBytes(state, _nextCode);
        for (int register = 1; register < 32; register++)
            BitConverter.TryWriteBytes(state[(register * 8)..], integers[register]);
        for (int register = 0; register < 32; register++)
            BitConverter.TryWriteBytes(state[(256 + (register * 8))..], floats[register]);
        _names.Add(name);
        _nextCode = (_nextCode + (ulong)bytes.Length + 63) & ~63UL;
        Assert.True(_nextCode < DataStart);
    }

    /// <summary>Places the driver; call once, after the last case.</summary>
    public void Finish()
    {
        var driver = new Assembler(Base);
        driver.Jal(0, "start");
        WriteHandler(driver);
        WriteEndOfCase(driver);
        WriteStart(driver);
        byte[] bytes = driver.Assemble();
        Assert.True(bytes.Length < 0xF000);
        bytes.CopyTo(At(Base));
    }

    private static void WriteHandler(Assembler a)
    {
        a.Align(4).Label("handler")
            .Csr("csrrw", 31, Csr.Mscratch, 31)
            .S("sd", 30, 31, SavedX30).S("sd", 29, 31, SavedX29).S("sd", 28, 31, SavedX28)
            .Csr("csrrs", 30, Csr.Mscratch, 0).S("sd", 30, 31, SavedX31).Csr("csrrw", 0, Csr.Mscratch, 31)
            // Log, as long as there is room.
            .I("ld", 30, 31, LogPointer).I("ld", 29, 31, LogCount).I("addi", 28, 0, TrapLogEntries).Branch("bgeu", 29, 28, "logged")
            .Csr("csrrs", 28, Csr.Mcause, 0).S("sd", 28, 30, 0)
            .Csr("csrrs", 28, Csr.Mepc, 0).S("sd", 28, 30, 8)
            .Csr("csrrs", 28, Csr.Mtval, 0).S("sd", 28, 30, 16)
            .Csr("csrrs", 28, Csr.Mstatus, 0).S("sd", 28, 30, 24)
            .I("addi", 30, 30, 32).S("sd", 30, 31, LogPointer)
            .Label("logged").I("addi", 29, 29, 1).S("sd", 29, 31, LogCount)
            // An ECALL ends the case; so does a fetch that failed, an interrupt, and too many traps.
            .Csr("csrrs", 28, Csr.Mcause, 0).I("addi", 30, 28, -8).I("sltiu", 30, 30, 4).Branch("bne", 30, 0, "end")
            .I("sltiu", 30, 28, 2).Branch("bne", 30, 0, "end")
            .I("addi", 30, 28, -12).Branch("beq", 30, 0, "end").Branch("blt", 28, 0, "end")
            .I("sltiu", 30, 29, 200).Branch("beq", 30, 0, "end")
            // Everything is mapped one to one where code lies: read the instruction to know its length.
            .Li(28, 1UL << 17).Csr("csrrc", 0, Csr.Mstatus, 28)
            .Csr("csrrs", 30, Csr.Mepc, 0).I("lhu", 29, 30, 0).I("andi", 29, 29, 3).I("addi", 29, 29, -3)
            .I("addi", 30, 30, 2).Branch("bne", 29, 0, "short").I("addi", 30, 30, 2)
            .Label("short").Csr("csrrw", 0, Csr.Mepc, 30)
            // Logged in the entry before: MPRV as it was.
            .I("ld", 30, 31, LogPointer).I("ld", 30, 30, -8).R("and", 30, 30, 28).Csr("csrrs", 0, Csr.Mstatus, 30)
            .I("ld", 30, 31, SavedX30).I("ld", 29, 31, SavedX29).I("ld", 28, 31, SavedX28).I("ld", 31, 31, SavedX31).Op("mret");
    }

    private static void WriteEndOfCase(Assembler a)
    {
        a.Label("end").Li(28, 1UL << 17).Csr("csrrc", 0, Csr.Mstatus, 28).Li(28, 3UL << 13).Csr("csrrs", 0, Csr.Mstatus, 28)
            .I("ld", 30, 31, ResultPointer);
        for (int register = 1; register < 28; register++)
            a.S("sd", register, 30, register * 8);
        foreach ((int register, int saved) in (ReadOnlySpan<(int, int)>)[(28, SavedX28), (29, SavedX29), (30, SavedX30), (31, SavedX31)])
            a.I("ld", 29, 31, saved).S("sd", 29, 30, register * 8);
        for (int register = 0; register < 32; register++)
            a.S("fsd", register, 30, 256 + (register * 8));
        Csr[] saves =
        [
            Csr.Fcsr, Csr.Sscratch, Csr.Sepc, Csr.Scause, Csr.Stval, Csr.Sstatus, Csr.Stvec, Csr.Satp, Csr.Mie, Csr.Medeleg, Csr.Mideleg, Csr.Pmpaddr0,
        ];
        int offset = 0x200;
        foreach (Csr csr in saves)
        {
            a.Csr("csrrs", 29, csr, 0).S("sd", 29, 30, offset);
            offset += 8;
        }
        a.I("ld", 29, 31, LogCount).S("sd", 29, 30, offset)
            .I("ld", 29, 31, CaseIndex).I("addi", 29, 29, 1).S("sd", 29, 31, CaseIndex);
    }

    private void WriteStart(Assembler a)
    {
        // Falls in from the end of a case; the first time, the index is zero as is all memory.
        a.Label("start").Li(31, Variables).Csr("csrrw", 0, Csr.Mscratch, 31)
            .Li(30, a.AddressOf("handler")).Csr("csrrw", 0, Csr.Mtvec, 30)
            .Csr("csrrw", 0, Csr.Medeleg, 0).Csr("csrrw", 0, Csr.Mideleg, 0).Csr("csrrw", 0, Csr.Mie, 0)
            .Csr("csrrw", 0, Csr.Satp, 0).R("sfence.vma", 0, 0).Csr("csrrw", 0, Csr.Sscratch, 0).Csr("csrrw", 0, Csr.Sepc, 0)
            .Csr("csrrw", 0, Csr.Scause, 0).Csr("csrrw", 0, Csr.Stval, 0).Csr("csrrw", 0, Csr.Stvec, 0)
            .Li(30, ulong.MaxValue >> 10).Csr("csrrw", 0, Csr.Pmpaddr0, 30).Li(30, 0x1F).Csr("csrrw", 0, Csr.Pmpcfg0, 30)
            .Li(30, 0x7800).Csr("csrrw", 0, Csr.Mstatus, 30).Csr("csrrw", 0, Csr.Fcsr, 0).Op("fence.i")
            .I("ld", 29, 31, CaseIndex).Li(30, (ulong)_names.Count).Branch("bgeu", 29, 30, "finish")
            // x28 := its result, x30 := its initial state.
            .I("slli", 28, 29, 11).Li(30, ResultsStart).R("add", 28, 28, 30).S("sd", 28, 31, ResultPointer)
            .I("addi", 28, 28, TrapLogOffset).S("sd", 28, 31, LogPointer).S("sd", 0, 31, LogCount)
            .I("slli", 29, 29, 9).Li(30, StatesStart).R("add", 31, 29, 30)
            .I("ld", 30, 31, 0).Csr("csrrw", 0, Csr.Mepc, 30);
        for (int register = 0; register < 32; register++)
            a.I("fld", register, 31, 256 + (register * 8));
        for (int register = 1; register < 32; register++)
            a.I("ld", register, 31, register * 8);
        a.Op("mret");
        a.Label("finish").Li(30, PowerOffRegister).Li(29, 0x5555).S("sw", 29, 30, 0).Label("halt").Jal(0, "halt");
    }
}
