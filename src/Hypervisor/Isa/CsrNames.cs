using System.Globalization;
using Trapline.Hypervisor.Cpu;

namespace Trapline.Hypervisor.Isa;

/// <summary>The assembly names of CSRs, as far as this hart has them; others are numbers.</summary>
public static class CsrNames
{
    private static readonly Dictionary<Csr, string> Names = Build();

    /// <summary>The name of a CSR.</summary>
    public static string Of(Csr csr) => Names.TryGetValue(csr, out string? name) ? name : $"0x{(uint)csr:x}";

    private static Dictionary<Csr, string> Build()
    {
        var names = new Dictionary<Csr, string>();
        foreach (Csr csr in Enum.GetValues<Csr>())
            names[csr] = csr.ToString().ToLowerInvariant();
        foreach ((Csr first, Csr last, string stem, int number) in (ReadOnlySpan<(Csr, Csr, string, int)>)
        [
            (Csr.Hpmcounter3, Csr.Hpmcounter31, "hpmcounter", 3),
            (Csr.Mhpmcounter3, Csr.Mhpmcounter31, "mhpmcounter", 3),
            (Csr.Mhpmevent3, Csr.Mhpmevent31, "mhpmevent", 3),
            (Csr.Pmpaddr0, Csr.Pmpaddr63, "pmpaddr", 0),
        ])
        {
            for (Csr csr = first; csr <= last; csr++)
                names[csr] = string.Create(CultureInfo.InvariantCulture, $"{stem}{number + (csr - first)}");
        }
        for (int index = 0; index < 16; index++)
            names[(Csr)((int)Csr.Pmpcfg0 + index)] = $"pmpcfg{index}";
        return names;
    }
}
