using Trapline.Hypervisor.Engines;
using Trapline.Hypervisor.Engines.Interpreter;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.Translation;

namespace Trapline.Hypervisor.Machine;

/// <summary>Makes the engine that a configuration asks for.</summary>
internal static class EngineFactory
{
    /// <summary>Makes an engine for one machine.</summary>
    public static IExecutionEngine Create(MachineConfig config) => config.Engine switch
    {
        EngineKind.Interpreter => new InterpreterEngine(),
        EngineKind.Auto when !JitEngine.IsSupported => new InterpreterEngine(),
        EngineKind.Auto => new JitEngine(OptionsOf(config)),
        EngineKind.Jit when JitEngine.IsSupported => new JitEngine(OptionsOf(config)),
        _ => throw new InvariantViolatedException($"engine {config.Engine} runs on this host"),
    };

    private static JitOptions OptionsOf(MachineConfig config) => JitOptions.ForMachine(config.Harts) with { Dump = config.JitDump };
}
