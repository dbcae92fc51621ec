using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.Translation;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>LR, SC and AMOs in generated code: when a reservation holds, and what of memory and registers they touch. Each round of a loop looks at all of it.</summary>
public sealed class AtomicOperationTests
{
    private const ulong Data = TestHart.Origin + 0x8000;
    private const int Rounds = 3000;

    // The first access to a page, and interpreted ends of budgets.
    private const long Few = 50;

    private const int Turn = 10, Place = 11, Found = 12, Value = 13, OtherPlace = 14, Failed = 15, Wrong = 16, Scratch = 17, Ones = 18;

    // As an operand of 12 bits, beside the doubleword that Value is.
    private const int Low = 0x155;

    private static readonly Dictionary<string, Action<Assembler>> Sequences = new(StringComparer.Ordinal)
    {
        ["SC stores once"] = a =>
        {
            Is(a.R("lr.d", Found, Place).R("sc.d", Failed, Place, Value), Failed, 0);
            Holds(a, "ld", Place, 0, Value);
            Is(a.R("sc.d", Failed, Place, 0), Failed, 1);
            Holds(a, "ld", Place, 0, Value);
        },
        ["an SC elsewhere ends the reservation and stores nothing"] = a =>
        {
            Is(a.R("lr.d", Found, Place).R("sc.d", Failed, OtherPlace, Value), Failed, 1);
            Holds(a, "ld", OtherPlace, 0, 0);
            Is(a.R("sc.d", Failed, Place, Value), Failed, 1);
            Holds(a, "ld", Place, 0, 0);
        },
        ["an SC of another size fails"] = a =>
        {
            Is(a.R("lr.w", Found, Place).R("sc.d", Failed, Place, Value), Failed, 1);
            Is(a.R("lr.d", Found, Place).R("sc.w", Failed, Place, Value), Failed, 1);
            Holds(a, "ld", Place, 0, 0);
        },
        ["the last LR counts"] = a =>
        {
            Is(a.R("lr.d", Found, Place).R("lr.d", Found, OtherPlace).R("sc.d", Failed, Place, Value), Failed, 1);
            Is(a.R("lr.d", Found, Place).R("lr.d", 0, OtherPlace).R("sc.d", Failed, OtherPlace, Value), Failed, 0);
            Holds(a, "ld", OtherPlace, 0, Value);
        },
        ["what was stored in between makes SC fail"] = a =>
        {
            Is(a.R("lr.d", Found, Place).S("sw", Ones, Place, 4).R("sc.d", Failed, Place, Value), Failed, 1);
            Holds(a, "lw", Place, 0, 0);
            Holds(a, "lw", Place, 4, Ones);
            Is(a.R("lr.w", Found, Place).S("sb", Ones, Place, 3).R("sc.w", Failed, Place, Value), Failed, 1);
            Holds(a, "lbu", Place, 0, 0);
        },
        ["words are extended, and their neighbours left alone"] = a =>
        {
            a.S("sw", Ones, Place, 0).S("sw", Ones, Place, 8);
            a.R("lr.w", Found, Place).R("xor", Scratch, Found, Ones).R("or", Wrong, Wrong, Scratch);
            // A store beside the word changes nothing for it.
            Is(a.S("sw", Ones, Place, 4).R("sc.w", Failed, Place, Value), Failed, 0);
            Is(a.I("lw", Found, Place, 0), Found, Low);
            Holds(a, "lw", Place, 4, Ones);
            Is(a.I("addi", OtherPlace, Place, 4).R("lr.w", 0, OtherPlace).R("sc.w", Failed, OtherPlace, 0), Failed, 0);
            Holds(a, "lw", Place, 4, 0);
            Holds(a, "lw", Place, 8, Ones);
        },
        ["SC may answer where the value was, and the place"] = a =>
        {
            a.R("add", Scratch, Value, 0).R("lr.d", Found, Place);
            Is(a.R("sc.d", Scratch, Place, Scratch), Scratch, 0);
            Holds(a, "ld", Place, 0, Value);
            a.R("add", Scratch, Place, 0).R("lr.d", Scratch, Scratch).R("xor", Found, Scratch, Value).R("or", Wrong, Wrong, Found);
            Is(a.R("add", Scratch, Place, 0).R("sc.d", Scratch, Scratch, 0), Scratch, 0);
            Holds(a, "ld", Place, 0, 0);
        },
        ["AMOs on words whose result nobody wants leave the neighbour alone"] = a =>
        {
            foreach (string name in new[] { "amoadd.w", "amoor.w", "amoxor.w", "amoswap.w", "amomaxu.w" })
            {
                a.S("sd", 0, Place, 0);
                Is(a.R(name, 0, Place, Value).I("ld", Found, Place, 0), Found, Low);
            }
            a.S("sd", Ones, Place, 0).R("amoand.w", 0, Place, 0);
            Holds(a, "lw", Place, 0, 0);
            Holds(a, "lw", Place, 4, Ones);
        },
        ["AMOs on words compare words, and extend what was there"] = a =>
        {
            foreach ((string name, bool keepsOld) in new[] { ("amomin.w", true), ("amomax.w", false), ("amominu.w", false), ("amomaxu.w", true) })
            {
                a.S("sw", Ones, Place, 0).R(name, Found, Place, Value).R("xor", Found, Found, Ones).R("or", Wrong, Wrong, Found);
                a.I("lw", Found, Place, 0);
                Is(keepsOld ? a.I("xori", Found, Found, -1) : a, Found, keepsOld ? 0 : Low);
            }
        },
        ["AMOs on words that add or swap extend what was there"] = a =>
        {
            foreach ((string name, int result) in new[] { ("amoadd.w", Low - 1), ("amoswap.w", Low) })
            {
                a.S("sw", Ones, Place, 0).R(name, Found, Place, Value).R("xor", Found, Found, Ones).R("or", Wrong, Wrong, Found);
                Is(a.I("ld", Found, Place, 0), Found, result);
            }
        },
        ["all of an operand that a word operation has just made is stored"] = a =>
        {
            foreach (string name in new[] { "amoor.d", "amoxor.d", "amoadd.d", "amoswap.d", "amomaxu.d", "amomin.d" })
            {
                a.S("sd", 0, Place, 0).R("sub", Failed, Ones, Ones).R("addw", Scratch, Ones, Failed).R(name, Found, Place, Scratch).R("or", Wrong, Wrong, Found);
                Holds(a, "ld", Place, 0, Ones);
            }
            Is(a.R("lr.d", Found, OtherPlace).R("sub", Failed, Ones, Ones).R("addw", Scratch, Ones, Failed).R("sc.d", Failed, OtherPlace, Scratch), Failed, 0);
            Holds(a, "ld", OtherPlace, 0, Ones);
        },
        ["AMOs with nothing"] = a =>
        {
            foreach ((string name, bool keepsOld) in new[] { ("amoadd.d", true), ("amomin.d", true), ("amomaxu.d", true), ("amomax.d", false), ("amoand.d", false), ("amoswap.d", false) })
            {
                a.S("sd", Ones, Place, 0).R(name, Found, Place, 0).R("xor", Found, Found, Ones).R("or", Wrong, Wrong, Found);
                Holds(a, "ld", Place, 0, keepsOld ? Ones : 0);
            }
        },
    };

    public static TheoryData<string> Names => [.. Sequences.Keys];

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Atomics_touch_what_they_should_and_no_more(string name)
    {
        Skip.IfNot(JitEngine.IsSupported, "this host has no JIT");
        using var engine = new JitEngine(new JitOptions(Threshold: 2, SampleLength: 1000));
        using var hart = new TestHart(engine: engine);
        var a = new Assembler(TestHart.Origin);
        a.Li(Turn, Rounds).Li(Place, Data).Li(Value, 0x7_0000_0000 | Low).Li(Ones, ulong.MaxValue).Label("loop")
            .I("addi", OtherPlace, Place, 64).S("sd", 0, Place, 0).S("sd", 0, OtherPlace, 0);
        Sequences[name](a);
        a.I("addi", Turn, Turn, -1).Branch("bne", Turn, 0, "loop").Op("ebreak");
        hart.RunToBreak(a);

        Assert.Equal((0UL, 0UL), (hart.X(Turn), hart.X(Wrong)));
        long callbacks = engine.Counters.Single().Counters.Callbacks;
        Assert.True(callbacks < Few, $"{callbacks} callbacks");
    }

    private static void Is(Assembler a, int register, int expected) => a.I("xori", Scratch, register, expected).R("or", Wrong, Wrong, Scratch);

    // What a load from there gives is what a register holds.
    private static void Holds(Assembler a, string load, int place, int offset, int register) =>
        a.I(load, Found, place, offset).R("xor", Scratch, Found, register).R("or", Wrong, Wrong, Scratch);
}
