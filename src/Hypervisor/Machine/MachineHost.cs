using Trapline.Hypervisor.Devices.Console;
using Trapline.Hypervisor.Machine.Scheduling;
using Trapline.Hypervisor.Storage;

namespace Trapline.Hypervisor.Machine;

/// <summary>What all machines of a process share: the threads that run guest code, and those that wait for disks.</summary>
public sealed class MachineHost : IDisposable
{
    /// <summary>Starts the threads.</summary>
    /// <param name="scheduling">Workers and slices; by default one worker per core.</param>
    public MachineHost(SchedulerOptions? scheduling = null)
    {
        Scheduler = new VcpuScheduler(scheduling);
        Io = new IoExecutor();
    }

    /// <summary>Runs harts.</summary>
    public VcpuScheduler Scheduler { get; }

    /// <summary>Runs disk requests.</summary>
    public IoExecutor Io { get; }

    /// <summary>Ends the threads. All machines must have been disposed.</summary>
    public void Dispose()
    {
        Scheduler.Dispose();
        Io.Dispose();
    }
}

/// <summary>The console of a machine, between the guest and whoever looks at it.</summary>
/// <param name="Input">What is typed.</param>
/// <param name="Output">What the guest prints.</param>
public sealed record MachineConsole(ConsoleInput Input, IConsoleOutput Output);
