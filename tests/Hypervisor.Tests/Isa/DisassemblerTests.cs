using Trapline.Hypervisor.Isa;

namespace Trapline.Hypervisor.Tests.Isa;

/// <summary>Our disassembler against GNU's: random words of every row, and all compressed words.</summary>
public sealed class DisassemblerTests
{
    private const int WordsPerRow = 40;

    [SkippableFact]
    public void Full_instructions_read_as_the_GNU_disassembler_writes_them()
    {
        var random = new Random(20240601);
        var words = new List<uint>();
        foreach (InstructionRow row in InstructionTable.Rows)
        {
            for (int k = 0; k < WordsPerRow; k++)
                words.Add(Canonical(row, (uint)random.NextInt64(1L << 32)));
        }
        byte[] bytes = [.. words.SelectMany(BitConverter.GetBytes)];
        Dictionary<ulong, string> theirs = GnuDisassembler.Disassemble(bytes);
        var complaints = new List<string>();
        for (int k = 0; k < words.Count; k++)
        {
            ulong pc = (ulong)k * 4;
            string ours = Disassembler.Disassemble(words[k], pc);
            string expected = theirs[pc];
            if (!Same(ours, expected))
                complaints.Add($"{words[k]:x8}: ours '{ours}', theirs '{expected}'");
        }
        Assert.True(complaints.Count == 0, $"{complaints.Count} differ:\n{string.Join('\n', complaints.Take(700).OrderBy(c => c[10..]))}");
    }

    [SkippableFact]
    public void All_compressed_words_are_classified_as_the_GNU_disassembler_does()
    {
        var bytes = new byte[(1 << 16) * 4];
        ushort filler = 0x0001;
        for (int word = 0; word < 1 << 16; word++)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(word * 4), (word & 3) == 3 ? filler : (ushort)word);
            BitConverter.TryWriteBytes(bytes.AsSpan((word * 4) + 2), filler);
        }
        Dictionary<ulong, string> theirs = GnuDisassembler.Disassemble(bytes);
        var complaints = new List<string>();
        for (int word = 0; word < 1 << 16; word++)
        {
            if ((word & 3) == 3)
                continue;
            ulong pc = (ulong)word * 4;
            string ours = Disassembler.Disassemble((uint)word, pc);
            string expected = theirs[pc];
            if (!Same(ours, expected))
                complaints.Add($"{word:x4}: ours '{ours}', theirs '{expected}'");
        }
        Assert.True(complaints.Count == 0, $"{complaints.Count} differ:\n{string.Join('\n', complaints.Take(700).OrderBy(c => c[10..]))}");
    }

    // Fences have fields that hardware ignores and the GNU disassembler refuses.
    private static uint Canonical(InstructionRow row, uint random)
    {
        uint fields = row.Name switch
        {
            "fence" => 0x0FF0_0000,
            "fence.i" => 0,
            // Conversions that cannot round: other rounding modes are legal, but GNU wants the first.
            "fcvt.d.s" or "fcvt.d.w" or "fcvt.d.wu" => ~row.Mask & ~0x7000u,
            _ => ~row.Mask,
        };
        return (random & fields) | row.Match;
    }

    private static bool Same(string ours, string theirs)
    {
        bool illegal = theirs.StartsWith(".2byte", StringComparison.Ordinal) || theirs.StartsWith(".4byte", StringComparison.Ordinal) ||
            theirs.StartsWith("0x", StringComparison.Ordinal) || theirs.StartsWith("c.unimp", StringComparison.Ordinal) ||
            theirs.StartsWith(".insn", StringComparison.Ordinal);
        // Two choices of GNU's, which shows the fields of encodings that the specification reserves.
        if ((theirs.EndsWith(",unknown", StringComparison.Ordinal) && !theirs.StartsWith("fence", StringComparison.Ordinal)) || theirs == "c.addi16sp\tsp,0")
            illegal = true;
        // Registers of extensions that this hart does not have.
        if (ours.StartsWith("csr", StringComparison.Ordinal) && ours.Split(',')[1].StartsWith("0x", StringComparison.Ordinal))
            return theirs.Split(',')[0] == ours.Split(',')[0] && theirs.Split(',')[2] == ours.Split(',')[2];
        return illegal ? ours.StartsWith(".insn", StringComparison.Ordinal) : ours.Replace("0x", "") == theirs.Replace("0x", "");
    }
}
