using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.Translation;
using Trapline.Hypervisor.Engines.Jit.X64;
using Trapline.Hypervisor.Memory;
using Assembler = Trapline.Hypervisor.Tests.Isa.Assembler;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>The jump table knows what it was told, under the key that it was told, forgets pages singly, and grows where it is too small.</summary>
public sealed class JumpTableTests
{
    private const uint Key = 5, OtherKey = 9;

    [Fact]
    public void A_page_is_forgotten_under_all_keys_and_others_are_not()
    {
        using var table = new JumpTable();
        table.Set(0x1_2346, Key, 1);
        table.Set(0x1_2348, OtherKey, 2);
        table.Set(0x1_3348, Key, 3);
        table.Forget(0x1_2000);

        Assert.Equal((0, 0, 3), (table.Find(0x1_2346, Key), table.Find(0x1_2348, OtherKey), table.Find(0x1_3348, Key)));
        Assert.Equal(0, table.Find(0x1_3348, OtherKey));
    }

    [Fact]
    public void What_drives_each_other_out_of_a_small_table_has_room_in_a_large_one()
    {
        using var table = new JumpTable();
        ulong distance = (ulong)table.IndexMask + 2;
        table.Set(0x8000, Key, 1);
        table.Set(0x8000 + distance, Key, 2);
        Assert.Equal((0, 2, 1L), (table.Find(0x8000, Key), table.Find(0x8000 + distance, Key), table.Evictions));

        table.Grow();
        Assert.False(table.IsSmall);
        table.Set(0x8000, Key, 3);
        table.Set(0x8000 + distance, Key, 4);
        Assert.Equal((3, 4), (table.Find(0x8000, Key), table.Find(0x8000 + distance, Key)));
        table.Forget(0x8000);
        Assert.Equal((0, 4), (table.Find(0x8000, Key), table.Find(0x8000 + distance, Key)));
        table.Clear();
        Assert.Equal(0, table.Find(0x8000 + distance, Key));
    }

    [SkippableFact]
    public void Functions_that_drive_each_other_out_are_found_without_leaving_once_the_table_has_grown()
    {
        Skip.IfNot(JitEngine.IsSupported, "needs a host with a JIT");
        const ulong Turns = 400_000, Distance = 0x4000;
        const int Turn = 10, First = 12, Second = 13, Pointer = 20, Scratch = 25;
        using var engine = new JitEngine(new JitOptions(Threshold: 0, Tiers: JitTiers.Quick, SampleLength: 2000));
        using var hart = new TestHart(engine: engine);
        ulong near = TestHart.Origin + 0x2000;
        hart.Load(new Assembler(near).I("addi", First, First, 1).I("jalr", 0, 1, 0), near);
        hart.Load(new Assembler(near + Distance).I("addi", Second, Second, 1).I("jalr", 0, 1, 0), near + Distance);
        hart.State.X[Pointer] = near;
        hart.State.X[Scratch] = near ^ (near + Distance);
        hart.RunToBreak(
            new Assembler(TestHart.Origin).Li(Turn, Turns).Label("again").I("jalr", 1, Pointer, 0).R("xor", Pointer, Pointer, Scratch)
                .I("addi", Turn, Turn, -1).Branch("bne", Turn, 0, "again").Op("ebreak"),
            100 * Turns);

        Assert.Equal((Turns / 2, Turns / 2), (hart.X(First), hart.X(Second)));
        JitCounters counters = engine.Counters.Single().Counters;
        Assert.InRange(counters.TableMisses, 64, (long)Turns / 4);
    }
}
