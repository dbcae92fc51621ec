using Trapline.Hypervisor.Cpu;

namespace Trapline.Hypervisor.Engines;

/// <summary>
/// Executes guest code. One instance serves all harts of a machine; different harts may run at the same time on different
/// threads, one hart on one thread at a time.
/// </summary>
public interface IExecutionEngine : IDisposable
{
    /// <summary>The name as on the command line: <c>interpreter</c>, <c>jit</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Runs a hart until something needs the hypervisor. Traps that the guest handles itself are delivered without leaving.
    /// The hart's state is exact on return; <see cref="Hart.Exit"/> holds the details.
    /// </summary>
    /// <param name="hart">The hart; its requests are serviced first.</param>
    /// <param name="budget">
    /// Instructions to retire at most; the engine stops exactly there.
    /// </param>
    ExitReason Run(Hart hart, ulong budget);
}
