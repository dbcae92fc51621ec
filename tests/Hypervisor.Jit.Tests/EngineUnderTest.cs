using Trapline.Hypervisor.Engines;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.Translation;
using Trapline.Hypervisor.Machine;

namespace Trapline.Hypervisor.Tests;

/// <summary>What executes guest code in this project's tests: the JIT. On hosts without it they are skipped.</summary>
internal static class EngineUnderTest
{
    /// <summary>For machines.</summary>
    public static EngineKind Kind
    {
        get
        {
            Skip.IfNot(JitEngine.IsSupported, "this host has no JIT");
            return EngineKind.Jit;
        }
    }

    /// <summary>For harts without a machine: what they execute is short, so everything is translated at once, and soon again as a region.</summary>
    public static IExecutionEngine New()
    {
        Skip.IfNot(JitEngine.IsSupported, "this host has no JIT");
        return new JitEngine(new JitOptions(Threshold: 0, SampleLength: 200));
    }
}
