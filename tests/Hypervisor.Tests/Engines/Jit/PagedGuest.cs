using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>
/// A hart in supervisor mode with Sv39 and two address spaces of its own, of which the first 2 MiB can be mapped page by page. A program ends with
/// EBREAK, as on <see cref="TestHart"/>.
/// </summary>
internal sealed class PagedGuest : IDisposable
{
    private const ulong Tables = TestHart.Origin + 0x8_0000;
    private const ulong TablesOfSpace = 0x3000;
    private const ulong Middle = 0x1000;
    private const ulong Leaf = 0x2000;
    private const ulong Sv39 = 8UL << 60;
    private const int AsidShift = 44;
    private const ulong PageBits = 0xCF;

    private readonly TestHart _test;

    /// <summary>Makes it, in space 0.</summary>
    public PagedGuest(JitEngine engine)
    {
        _test = new TestHart(engine: engine);
        for (int space = 0; space < 2; space++)
        {
            ulong root = RootOf(space);
            Write(root, ((root + Middle) >> 2) | 1);
            Write(root + Middle, ((root + Leaf) >> 2) | 1);
        }
        _test.Hart.Csrs.Write(Csr.Pmpaddr0, ulong.MaxValue);
        _test.Hart.Csrs.Write(Csr.Pmpcfg0, 0x1F);
        _test.State.Mtvec = TestHart.Nowhere;
        _test.State.Privilege = Privilege.Supervisor;
        _test.Hart.Csrs.Write(Csr.Satp, SatpOf(0));
    }

    public TestHart Test => _test;

    /// <summary>What <c>satp</c> holds in a space.</summary>
    public static ulong SatpOf(int space) => Sv39 | ((ulong)space << AsidShift) | (RootOf(space) >> Page.Shift);

    /// <summary>A page-table entry for a page of RAM, with all rights of the supervisor.</summary>
    public static ulong EntryOf(ulong frame) => (frame >> 2) | PageBits;

    /// <summary>The page of RAM that holds a space's entries.</summary>
    public static ulong LeafTableOf(int space) => RootOf(space) + Leaf;

    /// <summary>Maps a page in both spaces.</summary>
    public void Map(ulong address, ulong frame)
    {
        Map(0, address, frame);
        Map(1, address, frame);
    }

    /// <summary>Maps a page in one space.</summary>
    public void Map(int space, ulong address, ulong frame) => Write(LeafTableOf(space) + ((address >> Page.Shift) * 8), EntryOf(frame));

    /// <summary>Runs from an address to EBREAK.</summary>
    public void RunToBreak(ulong pc, ulong budget = 10_000_000)
    {
        _test.State.Pc = pc;
        ExitReason reason = _test.Run(budget);
        Assert.Equal((ExitReason.GuestFault, TrapCause.InstructionAccessFault, TestHart.Nowhere), (reason, _test.Hart.Exit.Cause, _test.State.Pc));
    }

    public void Dispose() => _test.Dispose();

    private static ulong RootOf(int space) => Tables + ((ulong)space * TablesOfSpace);

    private void Write(ulong address, ulong value) => _test.Ram.ValueAt<ulong>(new Gpa(address)) = value;
}
