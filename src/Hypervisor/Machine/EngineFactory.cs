using Trapline.Hypervisor.Engines;
using Trapline.Hypervisor.Engines.Interpreter;
using Trapline.Hypervisor.Engines.Jit;

namespace Trapline.Hypervisor.Machine;

/// <summary>Makes the engine that a configuration asks for.</summary>
internal static class EngineFactory
{
    /// <summary>Makes an engine for one machine.</summary>
    public static IExecutionEngine Create(EngineKind kind) => kind switch
    {
        EngineKind.Interpreter => new InterpreterEngine(),
        EngineKind.Auto when !JitEngine.IsSupported => new InterpreterEngine(),
        EngineKind.Auto => new JitEngine(),
        EngineKind.Jit when JitEngine.IsSupported => new JitEngine(),
        _ => throw new InvariantViolatedException($"engine {kind} runs on this host"),
    };
}
