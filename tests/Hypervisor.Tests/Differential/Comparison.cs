using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines;
using Trapline.Hypervisor.Engines.Interpreter;
using Trapline.Hypervisor.Isa;

namespace Trapline.Hypervisor.Tests.Differential;

/// <summary>Compares what two machines left in memory, case by case.</summary>
internal static class Comparison
{
    private const int Shown = 12;

    public static void Run(ProgramBuilder program, ulong seed)
    {
        program.Finish();
        Compare(program, seed, Runners.Ours(program.Memory), Runners.Qemu(program.Memory));
    }

    /// <summary>The interpreter against another engine.</summary>
    public static void RunEngines(ProgramBuilder program, ulong seed, Func<IExecutionEngine> engine)
    {
        program.Finish();
        Compare(program, seed, Runners.Ours(program.Memory, engine()), Runners.Ours(program.Memory, new InterpreterEngine()));
    }

    private static void Compare(ProgramBuilder program, ulong seed, byte[] ours, byte[] theirs)
    {
        List<string> complaints = [];
        for (int number = 0; number < program.Names.Count; number++)
        {
            int start = (int)(ProgramBuilder.ResultsStart - ProgramBuilder.Base) + (number * ProgramBuilder.ResultBytes);
            Span<byte> a = ours.AsSpan(start, ProgramBuilder.ResultBytes);
            Span<byte> b = theirs.AsSpan(start, ProgramBuilder.ResultBytes);
            AllowBreakpointValue(a);
            AllowBreakpointValue(b);
            if (!a.SequenceEqual(b))
                complaints.Add($"case {number} ({program.Names[number]}): {Describe(a, b)}");
        }
        int data = (int)(ProgramBuilder.DataStart - ProgramBuilder.Base);
        int dataEnd = (int)(ProgramBuilder.StatesStart - ProgramBuilder.Base);
        int difference = ours.AsSpan(data, dataEnd - data).CommonPrefixLength(theirs.AsSpan(data, dataEnd - data));
        if (difference != dataEnd - data)
            complaints.Add($"memory differs first at 0x{ProgramBuilder.DataStart + (ulong)difference:x}");
        Assert.True(complaints.Count == 0,
            $"seed {seed}: {complaints.Count} of {program.Names.Count} cases differ\n{string.Join('\n', complaints.Take(Shown))}");
        // A run that never got anywhere must not pass.
        int last = (int)(ProgramBuilder.ResultsStart - ProgramBuilder.Base) + ((program.Names.Count - 1) * ProgramBuilder.ResultBytes);
        Assert.NotEqual(0UL, BitConverter.ToUInt64(ours, last + ProgramBuilder.TrapLogOffset + 8));
    }

    // mtval of a breakpoint is zero or the address of the instruction, as the implementation likes (privileged specification 3.1.16).
    private static void AllowBreakpointValue(Span<byte> result)
    {
        for (int entry = 0; entry < ProgramBuilder.TrapLogEntries; entry++)
        {
            Span<byte> trap = result[(ProgramBuilder.TrapLogOffset + (entry * 32))..];
            if (BitConverter.ToUInt64(trap) == (ulong)TrapCause.Breakpoint)
                trap.Slice(16, 8).Clear();
        }
    }

    private static string Describe(Span<byte> ours, Span<byte> theirs)
    {
        var parts = new List<string>();
        for (int offset = 0; offset < ours.Length; offset += 8)
        {
            ulong a = BitConverter.ToUInt64(ours[offset..]);
            ulong b = BitConverter.ToUInt64(theirs[offset..]);
            if (a != b)
                parts.Add($"{Name(offset)} ours {a:x} theirs {b:x}");
        }
        return string.Join(", ", parts.Take(5));
    }

    private static string Name(int offset) => offset switch
    {
        < 0x100 => Disassembler.IntegerName(offset / 8),
        < 0x200 => Disassembler.FloatName((offset - 0x100) / 8),
        < ProgramBuilder.TrapLogOffset => $"csr[{(offset - 0x200) / 8}]",
        < ProgramBuilder.OwnLogOffset =>
            $"trap {(offset - ProgramBuilder.TrapLogOffset) / 32} {(offset & 31) switch { 0 => "cause", 8 => "pc", 16 => "value", _ => "mstatus" }}",
        _ => $"log[{(offset - ProgramBuilder.OwnLogOffset) / 8}]",
    };
}
