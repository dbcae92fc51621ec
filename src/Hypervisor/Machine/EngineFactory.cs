using Trapline.Hypervisor.Engines;
using Trapline.Hypervisor.Engines.Interpreter;

namespace Trapline.Hypervisor.Machine;

/// <summary>Makes the engine that a configuration asks for.</summary>
internal static class EngineFactory
{
    /// <summary>Makes an engine for one machine.</summary>
    public static IExecutionEngine Create(EngineKind kind) => kind switch
    {
        EngineKind.Auto or EngineKind.Interpreter => new InterpreterEngine(),
        _ => throw new InvariantViolatedException($"engine {kind} exists"),
    };
}
