using Trapline.Hypervisor.Engines;
using Trapline.Hypervisor.Engines.Interpreter;
using Trapline.Hypervisor.Machine;

namespace Trapline.Hypervisor.Tests;

/// <summary>
/// What executes guest code in this project's tests. <c>Hypervisor.Jit.Tests</c> compiles the same tests with a file of this name of its own.
/// </summary>
internal static class EngineUnderTest
{
    /// <summary>For machines.</summary>
    public static EngineKind Kind => EngineKind.Interpreter;

    /// <summary>For harts without a machine.</summary>
    public static IExecutionEngine New() => new InterpreterEngine();
}
