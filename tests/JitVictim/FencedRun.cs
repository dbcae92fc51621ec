using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines;
using Trapline.Hypervisor.Engines.Interpreter;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Tests.Engines;

namespace Trapline.JitVictim;

/// <summary>
/// Runs a program instruction by instruction, to find out how far its meaning is specified: up to the first instruction that it has written itself
/// without a FENCE.I since. "The RISC-V architecture does not guarantee that stores to instruction memory will be made visible to instruction fetches on
/// a RISC-V hart until that hart executes a FENCE.I" (unprivileged specification, chapter Zifencei): from there on engines may differ. A random program
/// comes to that by a jump into the middle of an instruction, or by page tables that show its data as code.
/// </summary>
internal sealed class FencedRun : IDisposable
{
    private const int HalfBytes = 2;

    private static readonly int FenceI = InstructionTable.Named("fence.i").Index;

    private readonly bool[] _isWritten;
    private readonly List<int> _written = [];

    /// <summary>Makes a hart with so much RAM.</summary>
    public FencedRun(ulong ramBytes)
    {
        Test = new TestHart(ramBytes, new InterpreterEngine());
        _isWritten = new bool[ramBytes / HalfBytes];
    }

    /// <summary>The hart.</summary>
    public TestHart Test { get; }

    /// <summary>Runs until the budget is used up, something else than that happens, or the next instruction is not specified.</summary>
    /// <param name="budget">The most instructions.</param>
    /// <returns>As many of the budget as are specified.</returns>
    public ulong Run(ulong budget)
    {
        ulong start = Test.Hart.Retired;
        while (Test.Hart.Retired - start < budget)
        {
            // An interrupt comes before the instruction.
            Test.Hart.TakeInterrupt();
            if (TryFetch(out DecodedInstruction next, out bool isWritten) && isWritten)
                return Test.Hart.Retired - start;
            ulong pc = Test.State.Pc;
            NoteStore(in next);
            if (Test.Run(1) != ExitReason.BudgetUsed)
                return budget;
            if (next.Row == FenceI && Test.State.Pc == pc + next.Length)
                Forget();
        }
        return budget;
    }

    /// <inheritdoc/>
    public void Dispose() => Test.Dispose();

    private bool TryFetch(out DecodedInstruction instruction, out bool isWritten)
    {
        instruction = default;
        instruction.Row = Decoder.Illegal;
        ulong pc = Test.State.Pc;
        if (!TryReadHalf(pc, out uint word, out isWritten))
            return false;
        if (Decoder.IsLong(word))
        {
            if (!TryReadHalf(pc + HalfBytes, out uint upper, out bool isUpperWritten))
                return false;
            word |= upper << 16;
            isWritten |= isUpperWritten;
        }
        Decoder.Decode(word, out instruction);
        return true;
    }

    private bool TryReadHalf(ulong address, out uint half, out bool isWritten)
    {
        bool isKnown = TryLocate(address, out int number);
        isWritten = isKnown && _isWritten[number];
        half = isKnown ? Test.Ram.ValueAt<ushort>(GuestRam.Base + (ulong)(number * HalfBytes)) : 0u;
        return isKnown;
    }

    // Also what traps and then writes nothing: that only makes the specified part shorter.
    private void NoteStore(in DecodedInstruction instruction)
    {
        if (instruction.Row == Decoder.Illegal)
            return;
        InstructionRow row = InstructionTable.Rows[instruction.Row];
        bool hasDisplacement = row.Format is Format.Store or Format.FloatStore;
        if (!hasDisplacement && row.Extension != Extension.A)
            return;
        ulong address = Test.X(instruction.Rs1) + (hasDisplacement ? (ulong)(long)instruction.Immediate : 0);
        ulong bytes = 1UL << (instruction.Rounding & 3);
        for (ulong at = address & ~1UL; at - (address & ~1UL) < bytes + (address & 1); at += HalfBytes)
        {
            if (!TryLocate(at, out int number) || _isWritten[number])
                continue;
            _isWritten[number] = true;
            _written.Add(number);
        }
    }

    private bool TryLocate(ulong address, out int number)
    {
        bool isRam = Test.Hart.Mmu.TryTranslateForDebugger(new Gva(address), out Gpa physical) && Test.Ram.Contains(physical, HalfBytes);
        number = isRam ? (int)((physical.Value - GuestRam.Base.Value) / HalfBytes) : 0;
        return isRam;
    }

    private void Forget()
    {
        foreach (int number in _written)
            _isWritten[number] = false;
        _written.Clear();
    }
}
