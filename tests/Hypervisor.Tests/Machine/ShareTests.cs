using Trapline.Hypervisor.Machine;
using Xunit;

namespace Trapline.Hypervisor.Tests.Machine;

/// <summary>Weights and caps on real machines: a busy machine cannot starve another, and a capped one stays below its cap.</summary>
[Collection(nameof(ScaleTests))]
public sealed class ShareTests
{
    [SkippableFact]
    public async Task Busy_machines_share_a_worker_by_weight()
    {
        using var host = TestGuests.NewHost(workers: 1);
        var builder = new MachineBuilder(host);
        await using var light = await StartBusyAsync(builder, harts: 1, weight: 1000);
        await using var heavy = await StartBusyAsync(builder, harts: 2, weight: 3000);

        var (first, second) = (light.RunTime, heavy.RunTime);
        double Share() => (heavy.RunTime - second) / (light.RunTime - first);

        await RunForAsync(TimeSpan.FromSeconds(1.5), light, heavy);

        // A slice in which the host set the worker aside is a long one, and the other machine catches up afterwards: the shares settle as time goes on.
        using var patience = new CancellationTokenSource(TestConsole.Patience);
        while (Share() is < 2.2 or > 3.8)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
    }

    [SkippableFact]
    public async Task A_cap_holds_while_the_processor_is_free()
    {
        using var host = TestGuests.NewHost(workers: 1);
        await using var machine = await StartBusyAsync(new MachineBuilder(host), harts: 1, weight: 1000);
        machine.SetShare(1000, capCores: 0.2);
        var (before, started) = (machine.RunTime, TimeProvider.System.GetTimestamp());
        double Share() => (machine.RunTime - before) / TimeProvider.System.GetElapsedTime(started);

        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);

        // A slice in which the host set the worker aside is a long one, for which the machine stands still afterwards: here too the share settles.
        using var patience = new CancellationTokenSource(TestConsole.Patience);
        while (Share() is < 0.05 or > 0.26)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
    }

    [SkippableFact]
    public async Task A_shell_answers_although_all_workers_are_busy()
    {
        using var host = TestGuests.NewHost(workers: 1);
        var builder = new MachineBuilder(host);
        await using var first = await StartBusyAsync(builder, harts: 4, weight: 1024);
        await using var second = await StartBusyAsync(builder, harts: 4, weight: 1024);
        var console = new TestConsole();
        await using var shell = builder.Build(TestGuests.Guest("minios"), console.Console).Value;
        shell.Start();
        var at = await console.WaitForAsync("minios> ");
        for (var i = 0; i < 20; i++)
        {
            console.Type($"echo {i}\r");
            at = await console.WaitForAsync($"\n{i}\n", at);
        }
    }

    private static async Task<VirtualMachine> StartBusyAsync(MachineBuilder builder, int harts, int weight)
    {
        var console = new TestConsole();
        var machine = builder.Build(TestGuests.Guest("minios", $"run=\"spawn {harts} 3000\"", harts) with { Weight = weight }, console.Console).Value;
        machine.Start();
        await console.WaitForAsync("workers for 3000 s");
        return machine;
    }

    private static async Task RunForAsync(TimeSpan time, VirtualMachine first, VirtualMachine second)
    {
        var (a, b) = (first.RunTime, second.RunTime);
        var until = a + b + time;
        using var patience = new CancellationTokenSource(TestConsole.Patience);
        while (first.RunTime + second.RunTime < until)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
    }
}
