namespace Trapline.Hypervisor.Isa;

/// <summary>Reads encodings such as <c>0000000 rs2 rs1 000 rd 0110011</c>: digits are fixed bits, names are fields.</summary>
internal static class BitPattern
{
    /// <summary>The mask of fixed bits, their values, and the length of the pattern in bits.</summary>
    public static (uint Mask, uint Match, int Bits) Parse(string pattern)
    {
        ulong mask = 0;
        ulong match = 0;
        int bits = 0;
        foreach (string token in pattern.Split(' '))
        {
            if (token[0] is '0' or '1')
            {
                foreach (char digit in token)
                {
                    mask = (mask << 1) | 1;
                    match = (match << 1) | (digit == '1' ? 1UL : 0);
                    bits++;
                }
                continue;
            }
            int width = WidthOf(token);
            mask <<= width;
            match <<= width;
            bits += width;
        }
        return ((uint)mask, (uint)match, bits);
    }

    private static int WidthOf(string field) => field switch
    {
        "rd" or "rs1" or "rs2" or "rs3" or "imm5" or "shamt5" => 5,
        "rd'" or "rs1'" or "rs2'" or "rm" or "imm3" => 3,
        "imm12" or "csr" => 12,
        "imm20" => 20,
        "imm7" => 7,
        "imm11" => 11,
        "shamt6" or "imm6" => 6,
        "imm8" => 8,
        "imm1" => 1,
        "imm2" or "aqrl" => 2,
        "fm" or "pred" or "succ" => 4,
        _ => throw new InvariantViolatedException($"{field} is a field of instructions"),
    };
}
