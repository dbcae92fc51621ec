using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.Translation;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>The state of the floating-point unit around generated code: its flags, and what code that was made for one rounding mode does in another.</summary>
public sealed class FloatStateTests
{
    private const int Turns = 2000, Turn = 10, Found = 11, Other = 12, Wrong = 13;
    private const double Third = 1.0 / 3;

    [SkippableTheory]
    [InlineData("fadd.d", 1, Third, 0x01)]
    [InlineData("fmul.d", 1e-300, 1.1e-10, 0x03)]
    [InlineData("fmul.d", 1e300, 1e300, 0x05)]
    [InlineData("fdiv.d", 1, 0, 0x08)]
    [InlineData("fdiv.d", 0, 0, 0x10)]
    [InlineData("fadd.d", 1, 2, 0)]
    public void Each_flag_is_read_where_it_is_raised_and_gone_when_it_is_cleared(string operation, double a, double b, int flags)
    {
        using TestHart hart = Loop(JitTiers.Both, body => body
            .Csr("csrrwi", 0, Csr.Fflags, 0).F(operation, 3, 1, 2, 0).Csr("csrrs", Found, Csr.Fflags, 0)
            .I("xori", Found, Found, flags).R("or", Wrong, Wrong, Found)
            // Exchanged for those that were not raised, with bits that are no flags, and back for others yet.
            .I("addi", Other, 0, -1 ^ flags).Csr("csrrw", Found, Csr.Fflags, Other).I("andi", Other, Other, 31).I("xori", Found, Found, flags).R("or", Wrong, Wrong, Found)
            .Csr("csrrwi", Found, Csr.Fflags, 5).R("xor", Found, Found, Other).R("or", Wrong, Wrong, Found));
        hart.State.F[1] = BitConverter.DoubleToUInt64Bits(a);
        hart.State.F[2] = BitConverter.DoubleToUInt64Bits(b);
        hart.Run(100 * Turns);

        Assert.Equal((0UL, 0UL), (hart.X(Turn), hart.X(Wrong)));
        Assert.Equal(5, hart.State.FpFlags);
    }

    [SkippableTheory]
    [InlineData(Csr.Fflags)]
    [InlineData(Csr.Fcsr)]
    public void Single_flags_are_set_and_cleared_beside_those_that_arithmetic_raises(Csr csr)
    {
        const int Inexact = 1, Underflow = 2, Overflow = 4, ByZero = 8, Invalid = 16, All = 31;
        using TestHart hart = Loop(JitTiers.Both, body =>
        {
            body.Csr("csrrw", 0, csr, 0).F("fdiv.d", 3, 1, 2, 0);
            Was(body.Csr("csrrsi", Found, csr, Overflow), Inexact);
            Was(body.Csr("csrrci", Found, csr, Inexact), Inexact | Overflow);
            body.F("fdiv.d", 3, 1, 2, 0).Csr("csrrsi", 0, csr, ByZero).Csr("csrrci", 0, csr, Overflow);
            Was(body.Csr("csrrci", Found, csr, All), Inexact | ByZero);
            Was(body.Csr("csrrs", Found, csr, 0), 0);
            body.F("fdiv.d", 3, 1, 2, 0).I("addi", Other, 0, ~(Underflow | Invalid)).Csr("csrrs", 0, Csr.Fflags, Other);
            Was(body.I("addi", Other, 0, Underflow | ByZero | 64).Csr("csrrc", Found, Csr.Fflags, Other), Inexact | Overflow | ByZero);
            Was(body.Csr("csrrwi", Found, csr, Invalid), Inexact | Overflow);
        });
        hart.State.F[1] = BitConverter.DoubleToUInt64Bits(1);
        hart.State.F[2] = BitConverter.DoubleToUInt64Bits(3);
        hart.Run(100 * Turns);

        Assert.Equal((0UL, 0UL), (hart.X(Turn), hart.X(Wrong)));
        Assert.Equal((Invalid, 0), ((int)hart.State.FpFlags, (int)hart.State.RoundingMode));
    }

    [SkippableTheory]
    [InlineData(JitTiers.Both)]
    [InlineData(JitTiers.Quick)]
    [InlineData(JitTiers.Regions)]
    public void The_rounding_mode_is_read_with_the_flags(JitTiers tiers)
    {
        using TestHart hart = Loop(tiers, body => body.Csr("csrrs", Found, Csr.Fcsr, 0));
        hart.Run(100 * Turns);
        Restart(hart);
        hart.State.RoundingMode = 2;
        hart.Run(100 * Turns);

        Assert.Equal((0UL, 2UL << 5), (hart.X(Turn), hart.X(Found)));
    }

    [SkippableTheory]
    [InlineData(JitTiers.Both)]
    [InlineData(JitTiers.Quick)]
    [InlineData(JitTiers.Regions)]
    public void A_loop_that_was_made_for_rounding_to_nearest_is_entered_with_another_mode(JitTiers tiers)
    {
        const byte Up = 3;
        using TestHart hart = Loop(tiers, body => body.F("fdiv.d", 3, 1, 2, 7));
        hart.State.F[1] = BitConverter.DoubleToUInt64Bits(2);
        hart.State.F[2] = BitConverter.DoubleToUInt64Bits(3);
        hart.Run(100 * Turns);
        ulong nearest = hart.State.F[3];
        Restart(hart);
        hart.State.RoundingMode = Up;
        hart.Run(100 * Turns);

        Assert.Equal(BitConverter.DoubleToUInt64Bits(2.0 / 3), nearest);
        Assert.Equal(nearest + 1, hart.State.F[3]);
    }

    [SkippableTheory]
    [InlineData(JitTiers.Both)]
    [InlineData(JitTiers.Regions)]
    public void A_loop_that_was_made_while_the_unit_was_on_traps_when_it_is_off(JitTiers tiers)
    {
        using TestHart hart = Loop(tiers, body => body.F("fadd.d", 3, 1, 2, 0));
        hart.Run(100 * Turns);
        Restart(hart);
        hart.State.FpStatus = 0;

        Assert.Equal(ExitReason.GuestFault, hart.Run(100 * Turns));
        Assert.Equal((ulong)Turns, hart.X(Turn));
    }

    private static void Was(Assembler body, int flags) => body.I("xori", Found, Found, flags).R("or", Wrong, Wrong, Found);

    // Goes round and ends at EBREAK; run once, all of it is translated.
    private static TestHart Loop(JitTiers tiers, Action<Assembler> body)
    {
        Skip.IfNot(JitEngine.IsSupported, "this host has no JIT");
        var hart = new TestHart(engine: new JitEngine(new JitOptions(Threshold: 2, Tiers: tiers, SampleLength: 1000)));
        var a = new Assembler(TestHart.Origin);
        a.Label("loop");
        body(a);
        a.I("addi", Turn, Turn, -1).Branch("bne", Turn, 0, "loop").Op("ebreak");
        hart.Load(a);
        hart.State.FpStatus = 3;
        hart.State.Mtvec = TestHart.Nowhere;
        Restart(hart);
        return hart;
    }

    private static void Restart(TestHart hart)
    {
        hart.State.Pc = TestHart.Origin;
        hart.State.X[Turn] = Turns;
    }
}
