using System.Diagnostics;
using System.Globalization;
using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Machine.Scheduling;

namespace Trapline.Machine.Bench;

/// <summary>1,000 machines with minios at its prompt: processor time of the whole process over 20 s, and resident memory per machine.</summary>
internal static class IdleMachines
{
    private const int Count = 1000;

    public static async Task MeasureAsync()
    {
        using var host = new MachineHost(new SchedulerOptions { Workers = 2 });
        var builder = new MachineBuilder(host);
        var config = Guests.Minios();
        var machines = new List<VirtualMachine>();
        await StartAsync(builder, config, machines, 1);
        GC.Collect();
        var before = Resident();
        await StartAsync(builder, config, machines, Count);
        GC.Collect();
        var perMachine = (Resident() - before) / (double)(Count - 1);

        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var started = TimeProvider.System.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System);
        process.Refresh();
        var share = (process.TotalProcessorTime - cpu) / TimeProvider.System.GetElapsedTime(started);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"idle: {Count} machines use {share:P3} of one core, {perMachine / 1024:F0} KiB resident each (guest pages included)"));
        foreach (var machine in machines)
            await machine.DisposeAsync();
    }

    private static async Task StartAsync(MachineBuilder builder, MachineConfig config, List<VirtualMachine> machines, int until)
    {
        var waiting = new List<Task>();
        while (machines.Count < until)
        {
            var prompt = new TextWaiter("minios> ");
            var machine = builder.Build(config, prompt.Console).Value;
            machine.Start();
            machines.Add(machine);
            waiting.Add(prompt.Found);
        }

        await Task.WhenAll(waiting);
    }

    private static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
