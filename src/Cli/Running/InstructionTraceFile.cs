using System.Globalization;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Memory;

namespace Trapline.Cli.Running;

/// <summary>Writes every instruction that a machine executes into a file: hart, pc, encoding, text, and the name of the place.</summary>
internal sealed class InstructionTraceFile : IInstructionTrace, IDisposable
{
    private readonly VirtualMachine _machine;
    private readonly StreamWriter _file;
    private readonly Lock _gate = new();
    private bool _closed;

    private InstructionTraceFile(VirtualMachine machine, string path)
    {
        _machine = machine;
        _file = new StreamWriter(path);
    }

    /// <summary>Traces a machine from now on; it must not run yet.</summary>
    public static InstructionTraceFile Attach(VirtualMachine machine, string path)
    {
        var trace = new InstructionTraceFile(machine, path);
        machine.TraceInstructions(trace);
        return trace;
    }

    /// <inheritdoc/>
    public void Instruction(Hart hart, Gva pc, uint instruction, string text)
    {
        var name = _machine.Symbols.Describe(pc.Value);
        lock (_gate)
        {
            if (!_closed)
                _file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{hart.Id} {pc.Value:x16} {instruction:x8} {text}{(name is null ? "" : $"  # {name}")}"));
        }
    }

    /// <summary>Writes out what is buffered and closes the file.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _file.Dispose();
        }
    }
}
