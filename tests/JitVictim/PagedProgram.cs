using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Tests.Engines;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.JitVictim;

/// <summary>
/// The random program of <see cref="LoopingProgram"/> behind page tables. Each of its calls has the handler, in machine mode, change an entry of
/// the present address space, fence it in one of the four ways, and perhaps change address space, mode, SUM and MXR. What the entry becomes is
/// random as well: other permissions, another frame (so that code appears where data was, and the other way round), nothing.
/// <code>
///   0x80040000 two spaces: root, middle and leaf table each     0x80048000 the leaf tables as they were
///   0x80050000 values for entries
///   space 0 is the supervisor's, space 1 the user's; x5: which entry, x6: which value, x7: which fence, x16: what else
/// </code>
/// A fetch that faults puts the leaf tables back and starts anew.
/// </summary>
internal static class PagedProgram
{
    private const int Pages = 32;
    private const ulong Tables = TestHart.Origin + 0x4_0000;
    private const ulong TablesOfSpace = 0x3000;
    private const ulong Leaf = 0x2000;
    private const ulong Kept = TestHart.Origin + 0x4_8000;
    private const ulong Values = TestHart.Origin + 0x5_0000;
    private const int ValueCount = 64;
    private const int LastPageOfRam = 255;
    private const ulong Accessed = 1 << 6;
    private const ulong Sv39 = 8UL << 60;
    private const ulong AsidBit = 1UL << 44;

    /// <summary>Loads a program into a hart.</summary>
    public static void Load(TestHart test, int seed)
    {
        LoopingProgram.Load(test, seed);
        test.Load(Handler());
        var random = new Random(seed);
        for (ulong space = 0; space < 2; space++)
            LoadSpace(test, space, random);
        for (ulong number = 0; number < ValueCount; number++)
            Store(test, Values + (number * 8), RandomEntry(random));
        ref HartState state = ref test.State;
        test.Hart.Csrs.Write(Csr.Pmpaddr0, ulong.MaxValue);
        test.Hart.Csrs.Write(Csr.Pmpcfg0, 0x1F);
        state.Privilege = Privilege.Supervisor;
        test.Hart.Csrs.Write(Csr.Satp, SatpOf(0));
    }

    /// <summary>
    /// An engine may look for the instruction at pc before it finds its budget used up: "updates to the A bit may be performed as a result of
    /// speculation" (privileged specification, section 4.3.1). What one of them has set, both have.
    /// </summary>
    public static void JoinAccessedBits(TestHart first, TestHart second)
    {
        for (ulong space = 0; space < 2; space++)
        {
            for (ulong page = 0; page <= LastPageOfRam; page++)
            {
                var at = new Gpa(Tables + (space * TablesOfSpace) + Leaf + (page * 8));
                ulong accessed = (first.Ram.ValueAt<ulong>(at) | second.Ram.ValueAt<ulong>(at)) & Accessed;
                first.Ram.ValueAt<ulong>(at) |= accessed;
                second.Ram.ValueAt<ulong>(at) |= accessed;
            }
        }
    }

    private static ulong SatpOf(ulong space) => Sv39 | (space * AsidBit) | ((Tables + (space * TablesOfSpace)) >> Page.Shift);

    private static void LoadSpace(TestHart test, ulong space, Random random)
    {
        ulong root = Tables + (space * TablesOfSpace);
        Store(test, root + (2 * 8), ((root + 0x1000) >> 2) | 1);
        Store(test, root + 0x1000, ((root + Leaf) >> 2) | 1);
        foreach (int page in Enumerable.Range(0, Pages).Append(LastPageOfRam))
        {
            ulong entry = ((TestHart.Origin + ((ulong)page << Page.Shift)) >> 2) | 0xF | (space << 4) | ((ulong)random.Next(4) << 6);
            Store(test, root + Leaf + ((ulong)page * 8), entry);
            if (page < Pages)
                Store(test, Kept + (space << Page.Shift) + ((ulong)page * 8), entry);
        }
    }

    // Never a frame of the handler's, and mostly something that can be used.
    private static ulong RandomEntry(Random random)
    {
        ulong frame = (TestHart.Origin >> Page.Shift) + (ulong)random.Next(2, Pages);
        ulong bits = random.Next(4) switch
        {
            0 => (ulong)random.Next(256),
            1 => 0xCF,
            2 => 0xDF,
            _ => 0x01 | ((ulong)random.Next(256) & 0xDE),
        };
        return (frame << 10) | bits;
    }

    private static void Store(TestHart test, ulong address, ulong value) => test.Ram.ValueAt<ulong>(new Gpa(address)) = value;

    // May use x15, x30 and x31, which the program leaves alone.
    private static Assembler Handler()
    {
        var a = new Assembler(TestHart.Origin);
        a.Csr("csrrs", 30, Csr.Mcause, 0).Branch("blt", 30, 0, "back")
            .I("addi", 31, 30, -8).I("sltiu", 31, 31, 2).Branch("bne", 31, 0, "call")
            .I("addi", 31, 30, -2).Branch("blt", 31, 0, "repair").I("addi", 31, 30, -12).Branch("beq", 31, 0, "repair")
            .Csr("csrrs", 31, Csr.Mepc, 0).I("lhu", 30, 31, 0).I("andi", 30, 30, 3).I("addi", 30, 30, -3).I("addi", 31, 31, 2)
            .Branch("bne", 30, 0, "skipped").I("addi", 31, 31, 2)
            .Label("skipped").Csr("csrrw", 0, Csr.Mepc, 31).Label("back").Op("mret");
        WriteCall(a.Label("call"));
        WriteRepair(a.Label("repair"));
        return a;
    }

    private static void WriteCall(Assembler a)
    {
        // The entry, in the present space.
        a.Csr("csrrs", 15, Csr.Satp, 0).I("slli", 15, 15, 19).I("srli", 15, 15, 63).Li(30, TablesOfSpace).R("mul", 15, 15, 30)
            .Li(30, Tables + Leaf).R("add", 15, 15, 30).I("andi", 31, 5, Pages - 1).I("slli", 31, 31, 3).R("add", 31, 31, 15)
            .I("andi", 30, 6, ValueCount - 1).I("slli", 30, 30, 3).Li(15, Values).R("add", 30, 30, 15).I("ld", 30, 30, 0).S("sd", 30, 31, 0);
        // The fence: x31 its address, x15 its address space.
        a.I("andi", 31, 5, Pages - 1).I("slli", 31, 31, 12).Li(30, TestHart.Origin).R("add", 31, 31, 30)
            .Csr("csrrs", 15, Csr.Satp, 0).I("slli", 15, 15, 4).I("srli", 15, 15, 48)
            .I("andi", 30, 7, 3).Branch("beq", 30, 0, "everything")
            .I("addi", 30, 30, -1).Branch("beq", 30, 0, "page")
            .I("addi", 30, 30, -1).Branch("beq", 30, 0, "space")
            .Word(SfenceVma(31, 15)).Jal(0, "fenced")
            .Label("page").Word(SfenceVma(31, 0)).Jal(0, "fenced")
            // Space 0 has identifier 0, and x0 would mean all: a register that holds 0 does not.
            .Label("space").Word(SfenceVma(0, 15)).Jal(0, "fenced")
            .Label("everything").Word(SfenceVma(0, 0))
            .Label("fenced");
        // Mode and space go together; SUM and MXR by themselves. At last over the call.
        a.I("andi", 30, 16, 1).Branch("beq", 30, 0, "stay")
            .Csr("csrrs", 30, Csr.Satp, 0).Li(15, SatpOf(0) ^ SatpOf(1)).R("xor", 30, 30, 15).Csr("csrrw", 0, Csr.Satp, 30)
            .Csr("csrrs", 30, Csr.Mstatus, 0).Li(15, 1UL << MstatusBits.MppShift).R("xor", 30, 30, 15).Csr("csrrw", 0, Csr.Mstatus, 30)
            .Label("stay").I("andi", 30, 16, 6).I("slli", 30, 30, 17).Csr("csrrs", 15, Csr.Mstatus, 0).R("xor", 15, 15, 30).Csr("csrrw", 0, Csr.Mstatus, 15)
            .Csr("csrrs", 30, Csr.Mepc, 0).I("addi", 30, 30, 4).Csr("csrrw", 0, Csr.Mepc, 30).Op("mret");
    }

    private static void WriteRepair(Assembler a)
    {
        for (ulong space = 0; space < 2; space++)
        {
            a.Li(30, Kept + (space << Page.Shift)).Li(31, Tables + (space * TablesOfSpace) + Leaf)
                .Label($"copy {space}").I("ld", 15, 30, 0).S("sd", 15, 31, 0).I("addi", 30, 30, 8).I("addi", 31, 31, 8)
                .I("andi", 15, 30, (Pages * 8) - 1).Branch("bne", 15, 0, $"copy {space}");
        }
        a.Word(SfenceVma(0, 0)).Li(30, SatpOf(0)).Csr("csrrw", 0, Csr.Satp, 30)
            .Li(30, 3UL << MstatusBits.MppShift).Csr("csrrc", 0, Csr.Mstatus, 30).Li(30, 1UL << MstatusBits.MppShift).Csr("csrrs", 0, Csr.Mstatus, 30)
            .Csr("csrrw", 0, Csr.Mepc, 12).Op("mret");
    }

    private static uint SfenceVma(int address, int asid) =>
        Encoding.Registers(InstructionTable.Named("sfence.vma"), 0, address, asid);
}
