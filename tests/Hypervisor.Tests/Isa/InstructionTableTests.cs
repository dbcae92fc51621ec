using Trapline.Hypervisor.Isa;

namespace Trapline.Hypervisor.Tests.Isa;

public sealed class InstructionTableTests
{
    public static TheoryData<int> RowNumbers => [.. Enumerable.Range(0, InstructionTable.Rows.Count)];

    [Theory]
    [MemberData(nameof(RowNumbers))]
    public void Each_row_decodes_to_itself_whatever_its_fields_hold(int number)
    {
        InstructionRow row = InstructionTable.Rows[number];
        var random = new Random(number);
        Assert.Same(row, InstructionTable.Find(row.Match));
        for (int round = 0; round < 200; round++)
        {
            uint word = ((uint)random.NextInt64(1L << 32) & ~row.Mask) | row.Match;
            Assert.Same(row, InstructionTable.Find(word));
            Decoder.Decode(word, out DecodedInstruction decoded);
            bool reservedRounding = decoded.Row == Decoder.Illegal;
            Assert.Equal(4, decoded.Length);
            Assert.Equal(word, decoded.Raw);
            if (reservedRounding)
                Assert.InRange((word >> 12) & 7, 5u, 6u);
            else
                Assert.Equal(row.Index, decoded.Row);
        }
    }

    [Fact]
    public void No_two_rows_overlap()
    {
        foreach (InstructionRow a in InstructionTable.Rows)
        {
            foreach (InstructionRow b in InstructionTable.Rows.Skip(a.Index + 1))
                Assert.True(((a.Match ^ b.Match) & a.Mask & b.Mask) != 0, $"{a} and {b} match the same encodings");
        }
    }

    [Fact]
    public void Names_are_unique() => Assert.Equal(InstructionTable.Rows.Count, InstructionTable.Rows.Select(r => r.Name).Distinct().Count());

    [Fact]
    public void The_extensions_have_their_instructions()
    {
        // Counted in the instruction listings of the specifications.
        Dictionary<Extension, int> expected = new()
        {
            [Extension.I] = 52,
            [Extension.M] = 13,
            [Extension.A] = 22,
            [Extension.F] = 30,
            [Extension.D] = 32,
            [Extension.Zicsr] = 6,
            [Extension.Zifencei] = 1,
            [Extension.Zba] = 8,
            [Extension.Zbb] = 24,
            [Extension.Zbs] = 8,
            [Extension.Privileged] = 4,
        };
        Assert.Equal(expected, InstructionTable.Rows.GroupBy(r => r.Extension).ToDictionary(g => g.Key, g => g.Count()));
    }

    [Fact]
    public void Compressed_rows_expand_to_legal_instructions_and_reserved_words_do_not()
    {
        int legal = 0;
        for (int word = 0; word < 1 << 16; word++)
        {
            if ((word & 3) == 3)
                continue;
            uint full = CompressedTable.Expand((ushort)word);
            if (full == 0)
                continue;
            legal++;
            Assert.NotNull(InstructionTable.Find(full));
        }
        Assert.Equal(0u, CompressedTable.Expand(0));
        Assert.InRange(legal, 40_000, 49_152);
    }
}
