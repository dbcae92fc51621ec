using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Differential;

/// <summary>Cases with page tables, lower privilege modes and delegated traps.</summary>
internal sealed class RandomPrivileged(ProgramBuilder program, RandomPrograms values, Random random)
{
    private const ulong TestRegion = 0x4000_0000;
    private const int PagesInRegion = 16;
    private const ulong Valid = 1;
    private const ulong ReadWriteExecute = 0b1110;
    private const ulong User = 1 << 4;
    private const ulong AccessedDirty = 0b1100_0000;

    private ulong _nextTable = ProgramBuilder.TablesStart;

    /// <summary>Whether there is room for the tables of another case.</summary>
    public bool HasRoom => _nextTable + (5 * 4096) <= ProgramBuilder.StatesStart;

    /// <summary>
    /// Loads and stores in machine mode with MPRV, as user or supervisor with random SUM and MXR, through random page tables. Every
    /// fault is logged; the A and D bits end up in memory.
    /// </summary>
    public void Translation()
    {
        bool sv48 = random.Next(3) == 0;
        // The trap handler's own variables must stay reachable while MPRV is set.
        bool user = random.Next(2) == 0;
        ulong satp = BuildTables(sv48, user, holes: false);
        var a = new Assembler(program.NextCode);
        ulong status = (1UL << 17) | (user ? 0 : 1UL << 11) | ((ulong)random.Next(2) << 18) | ((ulong)random.Next(2) << 19);
        a.Li(31, satp).Csr("csrrw", 0, Csr.Satp, 31).R("sfence.vma", 0, 0)
            .Li(30, 3UL << 11).Csr("csrrc", 0, Csr.Mstatus, 30).Li(30, status).Csr("csrrs", 0, Csr.Mstatus, 30);
        string[] loads = ["lb", "lh", "lw", "ld", "lbu", "lhu", "lwu"];
        string[] stores = ["sb", "sh", "sw", "sd"];
        for (int k = 0; k < 14; k++)
        {
            a.Li(31, RandomAddress());
            int register = random.Next(1, 31);
            // No AMOs: QEMU 7.2 reports their faults as those of loads.
            if (random.Next(2) == 0)
                a.I(loads[random.Next(loads.Length)], register, 31, random.Next(-16, 16));
            else
                a.S(stores[random.Next(stores.Length)], register, 31, random.Next(-16, 16));
        }
        program.Add($"translation {(sv48 ? "Sv48" : "Sv39")} mstatus {status:x}", a.Op("ecall"), values.RandomIntegers(), values.RandomFloats());
    }

    /// <summary>Privileged instructions and CSR accesses in user and supervisor mode under random TVM, TW, TSR and counter enables.</summary>
    public void LowerMode()
    {
        bool user = random.Next(2) == 0;
        ulong satp = random.Next(2) == 0 ? 0 : BuildTables(random.Next(2) == 0, user);
        var a = new Assembler(program.NextCode);
        ulong status = user ? 0 : 1UL << 11;
        for (int bit = 18; bit <= 22; bit++)
            status |= (ulong)random.Next(2) << bit;
        bool traps = (status & (1UL << 22)) != 0;
        a.Li(31, satp).Csr("csrrw", 0, Csr.Satp, 31).R("sfence.vma", 0, 0)
            .Li(31, (ulong)random.Next(8)).Csr("csrrw", 0, Csr.Mcounteren, 31).Li(31, (ulong)random.Next(8)).Csr("csrrw", 0, Csr.Scounteren, 31)
            .Li(30, 3UL << 11).Csr("csrrc", 0, Csr.Mstatus, 30).Li(30, status).Csr("csrrs", 0, Csr.Mstatus, 30);
        // MRET to the instruction after it.
        EnterBelow(a);
        Csr[] registers =
        [
            Csr.Sstatus, Csr.Sscratch, Csr.Scause, Csr.Stval, Csr.Stvec, Csr.Sie, Csr.Satp, Csr.Mscratch, Csr.Mepc, Csr.Mhartid, Csr.Fcsr,
        ];
        for (int k = 0; k < 14; k++)
        {
            switch (random.Next(8))
            {
                case 0: a.R("sfence.vma", 0, random.Next(32), random.Next(32)); break;
                case 1: a.Csr("csrrs", 0, (Csr)((int)Csr.Cycle + random.Next(3)), 0); break;
                case 2: a.Op(user || traps ? "sret" : "mret"); break;
                case 3: a.Op("ebreak"); break;
                case 4: a.Op(user ? "wfi" : "mret"); break;
                default: a.Csr("csrrs", random.Next(1, 32), registers[random.Next(registers.Length)], 0); break;
            }
        }
        program.Add($"{(user ? "user" : "supervisor")} mstatus {status:x}", a.Op("ecall"), values.RandomIntegers(), values.RandomFloats());
    }

    /// <summary>One exception in user or supervisor mode with random delegation; the supervisor's handler shows what it found.</summary>
    public void Delegation()
    {
        bool user = random.Next(2) == 0;
        ulong satp = BuildTables(random.Next(2) == 0, user);
        var a = new Assembler(program.NextCode);
        ulong status = (user ? 0 : 1UL << 11) | ((ulong)random.Next(2) << 1) | ((ulong)random.Next(2) << 5) | ((ulong)random.Next(2) << 18);
        ulong delegated = random.Next(4) == 0 ? 0UL : ((ulong)(uint)random.Next(1 << 16) & 0xB1FF) | 0xB000;
        a.Jal(0, "body").Align(4).Label("handler")
            .Csr("csrrs", 5, Csr.Scause, 0).Csr("csrrs", 6, Csr.Sepc, 0).Csr("csrrs", 7, Csr.Stval, 0).Csr("csrrs", 8, Csr.Sstatus, 0).Op("ecall")
            .Label("body");
        ulong handler = a.AddressOf("handler") | (ulong)(uint)random.Next(2);
        a.Li(31, satp).Csr("csrrw", 0, Csr.Satp, 31).R("sfence.vma", 0, 0)
            .Li(31, handler).Csr("csrrw", 0, Csr.Stvec, 31).Li(31, delegated).Csr("csrrw", 0, Csr.Medeleg, 31)
            .Li(30, 3UL << 11).Csr("csrrc", 0, Csr.Mstatus, 30).Li(30, status).Csr("csrrs", 0, Csr.Mstatus, 30);
        // Where user code runs every page is a user page, where the supervisor cannot execute: its handler faults in turn, which
        // also must look alike; so those handlers are not delegated to.
        if (user)
            a.Csr("csrrw", 0, Csr.Medeleg, 0);
        EnterBelow(a);
        switch (random.Next(5))
        {
            case 0 or 1: a.Word(0xFFFF_FFFF); break;
            case 2: a.Li(31, RandomAddress() & ~7UL).I("ld", 10, 31, 0); break;
            case 3: a.Li(31, RandomAddress() & ~7UL).S("sd", 10, 31, 0); break;
            default:
                // Unmapped, or not even an address.
                a.Li(31, random.Next(2) == 0 ? (1UL << 33) + (ulong)(uint)random.Next(1 << 20) : (1UL << 62) + (ulong)(uint)random.Next(1 << 20));
                a.I("jalr", 1, 31, 0);
                break;
        }
        program.Add($"delegation {delegated:x} mstatus {status:x}", a.Op("ecall"), values.RandomIntegers(), values.RandomFloats());
    }

    private static void EnterBelow(Assembler a)
    {
        // AUIPC's own address plus 16 is the instruction behind MRET.
        a.R("auipc", 31, 0).I("addi", 31, 31, 16).Csr("csrrw", 0, Csr.Mepc, 31).Op("mret");
    }

    private ulong RandomAddress() => random.Next(12) switch
    {
        // Anywhere, but not into the harness.
        0 => values.RandomIntegers()[3] is var any && (any >> 28) == 7 ? 0 : (any >> 28) == 8 ? 1UL << 45 : any,
        1 => TestRegion + (2UL << 20) + (ulong)random.Next((int)ProgramBuilder.DataBytes - 32),
        2 => (1UL << 38) + (ulong)random.Next(4096),
        3 => TestRegion + ((ulong)random.Next(PagesInRegion) << 12) + 0xFFC,
        _ => TestRegion + (ulong)random.Next(PagesInRegion << 12),
    };

    // Holes are pages without memory: there QEMU names another part of a misaligned access than we do, as it may. The gigabyte of RAM is mapped one to one; the test region has random 4 KiB pages and one random 2 MiB page.
    private ulong BuildTables(bool sv48, bool identityUser, bool holes = true)
    {
        ulong root = NewTable();
        ulong level2 = root;
        if (sv48)
        {
            level2 = NewTable();
            Write(root, 0, Pointer(level2));
        }
        Write(level2, 2, (ProgramBuilder.Base >> 2) | Valid | ReadWriteExecute | AccessedDirty | (identityUser ? User : 0));
        ulong level1 = NewTable();
        Write(level2, 1, random.Next(20) == 0 ? Pointer(level1) | (1UL << random.Next(4, 8)) : Pointer(level1));
        ulong level0 = NewTable();
        Write(level1, 0, Pointer(level0));
        // A superpage over the data; sometimes misaligned.
        Write(level1, 1, RandomLeaf(ProgramBuilder.DataStart + (random.Next(6) == 0 ? 0x1000UL : 0)));
        for (int page = 0; page < PagesInRegion; page++)
            Write(level0, page, RandomLeaf(holes && random.Next(12) == 0 ? ProgramBuilder.Base + ProgramBuilder.MemoryBytes : ProgramBuilder.DataStart + ((ulong)random.Next(7) << 12)));
        return ((sv48 ? 9UL : 8UL) << 60) | (root >> 12);
    }

    private ulong RandomLeaf(ulong physical)
    {
        ulong flags = (ulong)random.Next(256);
        // Mostly sensible: valid, readable or executable.
        if (random.Next(4) != 0)
            flags |= Valid | 2;
        if (random.Next(24) == 0)
            flags |= 1UL << random.Next(54, 61);
        return (physical >> 2) | flags;
    }

    private static ulong Pointer(ulong table) => (table >> 2) | Valid;

    private ulong NewTable()
    {
        ulong table = _nextTable;
        _nextTable += 4096;
        return table;
    }

    private void Write(ulong table, int index, ulong entry) => BitConverter.TryWriteBytes(program.At(table + ((ulong)index * 8)), entry);
}
