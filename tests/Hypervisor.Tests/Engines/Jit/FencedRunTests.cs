using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Tests.Isa;
using Trapline.JitVictim;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>How far programs that write their own code are specified, which bounds what lock-step compares.</summary>
public sealed class FencedRunTests
{
    private const int Counter = 5, Word = 6, Place = 7;
    private const ulong Budget = 100;

    [Theory]
    [InlineData(true, Budget)]
    // LI and AUIPC, the store, and what stands between it and the word that it writes.
    [InlineData(false, 5)]
    public void What_a_program_writes_is_specified_behind_FENCE_I(bool isFenced, ulong specified)
    {
        using var run = new FencedRun(1 << 20);
        var a = new Assembler(TestHart.Origin);
        a.Li(Word, Encoding.Immediate(InstructionTable.Named("addi"), Counter, Counter, 2))
            .Word(InstructionTable.Named("auipc").Match | (Place << 7)).S("sw", Word, Place, 12);
        if (isFenced)
            a.Op("fence.i");
        else
            a.I("addi", 0, 0, 0);
        a.I("addi", Counter, Counter, 1).Label("end").Jal(0, "end");
        run.Test.Load(a);
        run.Test.State.Pc = TestHart.Origin;

        Assert.Equal(specified, run.Run(Budget));
        Assert.Equal(isFenced ? 2UL : 0, run.Test.X(Counter));
    }

    [Fact]
    public void Data_that_is_written_beside_code_changes_nothing()
    {
        using var run = new FencedRun(1 << 20);
        var a = new Assembler(TestHart.Origin);
        a.Word(InstructionTable.Named("auipc").Match | (Place << 7)).Label("again").S("sb", 0, Place, 16).S("sd", 0, Place, 24).Jal(0, "again");
        run.Test.Load(a);
        run.Test.State.Pc = TestHart.Origin;

        Assert.Equal(Budget, run.Run(Budget));
    }
}
