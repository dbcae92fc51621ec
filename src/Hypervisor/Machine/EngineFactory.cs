using Trapline.Hypervisor.Engines;

namespace Trapline.Hypervisor.Machine;

/// <summary>Makes the engine that a configuration asks for.</summary>
internal static class EngineFactory
{
    /// <summary>Makes an engine for one machine.</summary>
    public static IExecutionEngine Create(EngineKind kind) => throw new InvariantViolatedException($"engine {kind} exists");
}
