using System.Diagnostics;
using Trapline.Hypervisor.Machine;
using Xunit;

namespace Trapline.Hypervisor.Tests.Machine;

/// <summary>What an idle machine costs. The bounds here are wide, because other tests may run at the same time; bench/ has exact figures.</summary>
[Collection(nameof(ScaleTests))]
[CollectionDefinition(nameof(ScaleTests), DisableParallelization = true)]
public sealed class ScaleTests
{
    private const int Machines = 1000;

    [SkippableFact]
    public async Task A_thousand_idle_machines_cost_little_processor_time_and_memory()
    {
        using var host = TestGuests.NewHost();
        var builder = new MachineBuilder(host);
        var config = TestGuests.Guest("minios") with { Kernel = new ImageSource("minios", await File.ReadAllBytesAsync(TestGuests.Image("minios"))) };
        var threadsBefore = Process.GetCurrentProcess().Threads.Count;
        var machines = new List<(VirtualMachine Machine, TestConsole Console)>();
        try
        {
            GC.Collect();
            var memoryBefore = ResidentBytes();
            for (var i = 0; i < Machines; i++)
            {
                var console = new TestConsole();
                machines.Add((builder.Build(config, console.Console).Value, console));
                machines[i].Machine.Start();
            }

            foreach (var (_, console) in machines)
                await console.WaitForAsync("minios> ");
            GC.Collect();
            var memory = (ResidentBytes() - memoryBefore) / Machines;

            await UntilIdleAsync(() => machines.Sum(m => (long)m.Machine.Statistics.Instructions));
            Assert.True(memory < 5 << 20, $"an idle machine has {memory / 1024.0 / 1024:F2} MiB in memory");
            Assert.InRange(Process.GetCurrentProcess().Threads.Count, 0, threadsBefore + 30);

            // And they are all alive.
            foreach (var (machine, console) in machines.Take(20))
                console.Type("poweroff\r");
            foreach (var (machine, _) in machines.Take(20))
                Assert.Equal(GuestEndKind.PowerOff, (await machine.WhenEnded.WaitAsync(TestConsole.Patience)).Kind);
        }
        finally
        {
            foreach (var (machine, _) in machines)
                await machine.DisposeAsync();
        }
    }

    /// <summary>
    /// Waits for three seconds in which not one instruction is executed by any machine: that is idle. The last ones may still be on their way from
    /// their prompt to their sleep when it begins, for as long as the host has no processor for them.
    /// </summary>
    private static async Task UntilIdleAsync(Func<long> executedByAll)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (; ; )
        {
            var (instructions, cpu, started) = (executedByAll(), Process.GetCurrentProcess().TotalProcessorTime, TimeProvider.System.GetTimestamp());
            await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
            var share = (Process.GetCurrentProcess().TotalProcessorTime - cpu) / TimeProvider.System.GetElapsedTime(started);
            var executed = executedByAll() - instructions;
            if (executed == 0 && share < 0.25)
                return;
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TestConsole.Patience, $"{Machines} idle machines used {share:P1} of a core and executed {executed} instructions");
        }
    }

    private static long ResidentBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
