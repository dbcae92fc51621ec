using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.JitVictim;

/// <summary>
/// Calls, returns and indirect jumps for random programs, as compilers write them and as nobody does: leaves, recursion, other link registers,
/// a return address that was changed, returns without a call and calls without a return, returns into code that was rewritten since the call, and
/// (behind page tables, where ECALL changes a mapping, the address space or the mode) into an address that means something else.
/// </summary>
internal static class CallPatterns
{
    private const int Counter = 16;
    private const int Stack = 17;
    private const int Scratch = 6;
    private const int Data = 8;
    private const int CodeWord = 13;

    // What a callee may change: neither link registers nor what the patterns use.
    private static readonly int[] Free = [2, 3, 4, 7, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29];

    /// <summary>Appends one.</summary>
    /// <param name="a">The program.</param>
    /// <param name="random">Chooses.</param>
    /// <param name="modifiesItself">Whether it may write its own code.</param>
    public static void Write(Assembler a, Random random, bool modifiesItself)
    {
        switch (random.Next(8))
        {
            case < 3: Leaf(a, random, modifiesItself); break;
            case 3: Recursion(a, random); break;
            case 4: Nested(a, random); break;
            case 5: Far(a, random); break;
            case 6: Unbalanced(a, random); break;
            default: Switch(a, random); break;
        }
    }

    // One leaf, called from several places; mostly it comes back where it was called.
    private static void Leaf(Assembler a, Random random, bool modifiesItself)
    {
        string name = NameFor(a);
        int link = random.Next(3) == 0 ? 5 : 1;
        for (int calls = random.Next(1, 4); calls > 0; calls--)
        {
            a.Jal(link, name);
            Fill(a, random, 3);
        }
        a.Jal(0, name + " after").Label(name);
        Fill(a, random, 5);
        switch (random.Next(6))
        {
            // Behind where it was called; the word there may be executed next.
            case 0 when modifiesItself: a.S("sw", CodeWord, link, 0).Op("fence.i"); break;
            case 1: a.Op("ecall"); break;
            case 2: a.I("addi", link, link, random.Next(3)); break;
        }
        Fill(a, random, 2);
        a.I("jalr", 0, link, random.Next(8) == 0 ? 4 : 0).Label(name + " after");
    }

    private static void Recursion(Assembler a, Random random)
    {
        string name = NameFor(a);
        a.I("andi", Counter, Counter, 31).I("addi", Stack, Data, -512).Jal(1, name).Jal(0, name + " after")
            .Label(name).I("addi", Stack, Stack, -8).S("sd", 1, Stack, 0).I("addi", Counter, Counter, -1).Branch("blt", Counter, 0, name + " out");
        Fill(a, random, 3);
        a.Jal(1, name);
        if (random.Next(2) == 0)
        {
            Fill(a, random, 2);
            a.Jal(1, name);
        }
        a.Label(name + " out").I("ld", 1, Stack, 0).I("addi", Stack, Stack, 8).I("jalr", 0, 1, 0).Label(name + " after");
    }

    // The outer one links through x1, the inner one through x5; perhaps as coroutines, which exchange both.
    private static void Nested(Assembler a, Random random)
    {
        string name = NameFor(a);
        bool exchanges = random.Next(2) == 0;
        a.Jal(1, name).Jal(0, name + " after").Label(name);
        Fill(a, random, 2);
        a.Jal(5, name + " inner");
        Fill(a, random, 2);
        a.I("jalr", 0, exchanges ? 5 : 1, 0).Label(name + " inner");
        Fill(a, random, 2);
        if (exchanges)
            a.I("jalr", 5, 5, 0);
        a.I("jalr", 0, exchanges ? 1 : 5, 0).Label(name + " after");
    }

    // AUIPC and JALR: the target is known. Also through the register itself, and to an odd address, whose last bit does not count.
    private static void Far(Assembler a, Random random)
    {
        string name = NameFor(a);
        int target = random.Next(2) == 0 ? 1 : Scratch;
        a.Word(InstructionTable.Named("auipc").Match | ((uint)target << 7)).I("jalr", 1, target, 12 + random.Next(2)).Jal(0, name).Label(name + " callee");
        Fill(a, random, 3);
        a.I("jalr", 0, 1, 0).Label(name);
    }

    private static void Unbalanced(Assembler a, Random random)
    {
        for (int calls = random.Next(1, 5); calls > 0; calls--)
        {
            string name = NameFor(a);
            a.Jal(random.Next(2) == 0 ? 1 : 5, name).Label(name);
            Fill(a, random, 1);
        }
        // To the instruction behind it.
        int link = random.Next(2) == 0 ? 1 : 5;
        a.Word(InstructionTable.Named("auipc").Match | ((uint)link << 7)).I("jalr", 0, link, 8);
    }

    private static void Switch(Assembler a, Random random)
    {
        string name = NameFor(a);
        bool calls = random.Next(2) == 0;
        ChooseCase(a, random);
        // AUIPC stands four instructions before the first of four cases of two instructions.
        a.I("slli", Scratch, Scratch, 3).Word(InstructionTable.Named("auipc").Match | (7u << 7)).R("add", Scratch, Scratch, 7).I("jalr", calls ? 1 : 0, Scratch, 16).Jal(0, name);
        for (int number = 0; number < 4; number++)
        {
            a.I("addi", Free[random.Next(Free.Length)], Scratch, number);
            if (calls)
                a.I("jalr", 0, 1, 0);
            else
                a.Jal(0, name);
        }
        a.Label(name);
    }

    // One of four; perhaps mostly the first or the last, so that the others are not yet known where code is compiled for those.
    private static void ChooseCase(Assembler a, Random random)
    {
        if (random.Next(2) == 0)
        {
            a.I("andi", Scratch, Free[random.Next(Free.Length)], 3);
            return;
        }
        a.I("andi", Scratch, Free[random.Next(Free.Length)], 63).I("sltiu", Scratch, Scratch, 1)
            .I("andi", 7, Free[random.Next(Free.Length)], 1).R("sub", 7, 0, 7).I("andi", 7, 7, 3).R("xor", Scratch, Scratch, 7);
    }

    private static string NameFor(Assembler a) => $"pattern {a.Here:x}";

    private static void Fill(Assembler a, Random random, int most)
    {
        for (int count = random.Next(most + 1); count > 0; count--)
            LoopingProgram.Plain(a, random, Free[random.Next(Free.Length)]);
    }
}
