using System.Diagnostics;
using System.Globalization;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines;
using Trapline.Hypervisor.Engines.Interpreter;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Time;

namespace Trapline.Machine.Bench;

/// <summary>
/// What a load costs that the first level of the TLB does not know: the second level knows its page of 2 MiB, or page tables are walked. A loop reads
/// one word of each of more pages than the first level holds, all of which lie at few physical addresses, so that the host's caches hit;
/// the same loop over few pages is taken off.
/// </summary>
internal static class TlbMisses
{
    private const int Rounds = 5;
    private const ulong RamBytes = 8 << 20;
    private const ulong Code = 0x8000_0000;
    private const ulong Tables = 0x8010_0000;
    private const ulong Target = 0x8020_0000;
    private const ulong Base = 0x10_0000_0000;
    private const ulong ManyPages = 32768;
    private const ulong FewPages = 128;
    private const ulong MegapageBytes = 2 << 20;
    private const ulong Present = 0xCF;
    private const ulong LoopInstructions = 5;
    private const ulong Instructions = 20_000_000;
    private const int Step = 6, Offset = 5, Address = 7, Mask = 8, First = 9, Value = 12;

    public static Task MeasureAsync()
    {
        foreach (bool large in (ReadOnlySpan<bool>)[true, false])
        {
            double[] hits = new double[Rounds];
            double[] misses = new double[Rounds];
            for (int round = 0; round < Rounds; round++)
            {
                hits[round] = NanosecondsOfLoad(large, FewPages);
                misses[round] = NanosecondsOfLoad(large, ManyPages) - hits[round];
            }
            Array.Sort(hits);
            Array.Sort(misses);
            string name = large ? "page of 2 MiB, known to the second level" : "page of 4 KiB, page tables walked";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name}: turn {hits[Rounds / 2]:F1} ns, miss {misses[Rounds / 2]:F1} ns more (least {misses[0]:F1}, most {misses[^1]:F1})"));
        }
        return Task.CompletedTask;
    }

    private static double NanosecondsOfLoad(bool large, ulong pages)
    {
        using var ram = new GuestRam(RamBytes);
        using var hart = new Hart(0, ram, new PhysicalBus(), new StoppedClock());
        using var engine = new JitEngine();
        Prepare(hart, large, pages);
        engine.Run(hart, Instructions);
        long started = Stopwatch.GetTimestamp();
        ExitReason reason = engine.Run(hart, Instructions);
        double elapsed = Stopwatch.GetElapsedTime(started).TotalNanoseconds;
        return reason == ExitReason.BudgetUsed ? elapsed / (Instructions / LoopInstructions) : throw new InvalidOperationException($"the guest ended: {reason}");
    }

    private static void Prepare(Hart hart, bool large, ulong pages)
    {
        uint[] loop =
        [
            Encoding.Registers(InstructionTable.Named("add"), Offset, Offset, Step),
            Encoding.Registers(InstructionTable.Named("and"), Address, Offset, Mask),
            Encoding.Registers(InstructionTable.Named("add"), Address, Address, First),
            Encoding.Immediate(InstructionTable.Named("ld"), Value, Address, 0),
            Encoding.Jump(InstructionTable.Named("jal"), 0, -16),
        ];
        for (int word = 0; word < loop.Length; word++)
            hart.Ram.ValueAt<uint>(new Gpa(Code + ((ulong)word * 4))) = loop[word];
        Map(hart.Ram, large);
        hart.Csrs.Write(Csr.Pmpaddr0, ulong.MaxValue);
        hart.Csrs.Write(Csr.Pmpcfg0, 0x1F);
        ref HartState state = ref hart.State;
        state.Pc = Code;
        state.Privilege = Privilege.Supervisor;
        state.X[Step] = Page.Size;
        state.X[Mask] = (pages * Page.Size) - 1;
        state.X[First] = Base;
        hart.Csrs.Write(Csr.Satp, (8UL << 60) | (Tables >> Page.Shift));
    }

    // Sv39: the root, one table of the next level, and one leaf table that all its entries share.
    private static void Map(GuestRam ram, bool large)
    {
        const ulong Middle = Tables + 0x1000;
        const ulong Leaf = Tables + 0x2000;
        Set(ram, Tables, Code >> 30, Entry(Code, Present));
        Set(ram, Tables, Base >> 30, Entry(Middle, 1));
        for (ulong number = 0; number < ManyPages * Page.Size / MegapageBytes; number++)
            Set(ram, Middle, number, large ? Entry(Target, Present) : Entry(Leaf, 1));
        for (ulong number = 0; number < 512; number++)
            Set(ram, Leaf, number, Entry(Target + (number * Page.Size), Present));
    }

    private static ulong Entry(ulong address, ulong bits) => (address >> 12 << 10) | bits;

    private static void Set(GuestRam ram, ulong table, ulong number, ulong entry)
        => ram.ValueAt<ulong>(new Gpa(table + ((number & 511) * 8))) = entry;

    private sealed class StoppedClock : IMachineClock
    {
        public ulong Ticks => 0;

        public ulong WallClockNanoseconds => 0;
    }
}
