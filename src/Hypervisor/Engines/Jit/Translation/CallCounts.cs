using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Isa;

namespace Trapline.Hypervisor.Engines.Jit.Translation;

/// <summary>
/// Which instructions generated code leaves to the interpreter, one by one: by row of the instruction table, and by register where they access one.
/// Written by the hart's thread; others may read slightly old values.
/// </summary>
public sealed class CallCounts
{
    private const int RegisterBits = 12;

    private readonly long[] _ofRow = new long[InstructionTable.Rows.Count];
    private long[]? _ofRegister;

    /// <summary>All.</summary>
    public long Total { get; private set; }

    /// <summary>Those of them that access memory.</summary>
    public long Accesses { get; private set; }

    /// <summary>Those that were called at all, by name; of registers the name of the register follows.</summary>
    public IEnumerable<KeyValuePair<string, long>> ByName
    {
        get
        {
            for (int row = 0; row < _ofRow.Length; row++)
            {
                if (_ofRow[row] > 0)
                    yield return new(InstructionTable.Rows[row].Name, _ofRow[row]);
            }
            long[] ofRegister = Volatile.Read(ref _ofRegister) ?? [];
            for (int register = 0; register < ofRegister.Length; register++)
            {
                if (ofRegister[register] > 0)
                    yield return new($"csr {CsrNames.Of((Csr)register)}", ofRegister[register]);
            }
        }
    }

    internal void Count(in DecodedInstruction instruction)
    {
        MeaningKind kind = InstructionTable.Rows[instruction.Row].Kind;
        Total++;
        if (kind == MeaningKind.Memory)
            Accesses++;
        if (kind == MeaningKind.System)
            (_ofRegister ??= new long[1 << RegisterBits])[instruction.Raw >> (32 - RegisterBits)]++;
        else
            _ofRow[instruction.Row]++;
    }
}
