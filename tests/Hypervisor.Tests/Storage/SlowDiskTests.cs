using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Storage;
using Trapline.Hypervisor.Tests.Machine;
using Xunit;

namespace Trapline.Hypervisor.Tests.Storage;

/// <summary>Machines of one host whose disks hang, as many as there are threads for disks, beside one whose disk works.</summary>
public sealed class SlowDiskTests
{
    private const long DiskBytes = 1 << 20;

    [SkippableFact]
    public async Task Machines_whose_disks_hang_hold_up_none_whose_disk_works()
    {
        using var host = TestGuests.NewHost();
        var builder = new MachineBuilder(host);
        var hanging = Enumerable.Range(0, IoExecutor.DefaultThreads * 2).Select(_ => new GatedDisk(DiskBytes) { Closed = true }).ToList();
        var stuck = new List<VirtualMachine>();
        try
        {
            foreach (var disk in hanging)
            {
                var machine = builder.Build(TestGuests.Guest("minios", "run=\"disk write 3 1;poweroff\"") with { Disks = [TestGuests.Disk(disk)] }, new TestConsole().Console).Value;
                stuck.Add(machine);
                machine.Start();
            }

            Assert.All(hanging, disk => Assert.True(disk.WaitForEntered(1)));
            var works = TestGuests.Guest("minios", "run=\"disk write 3 40;disk verify 3 40;poweroff\"") with { Disks = [TestGuests.Disk(new MemoryDisk(DiskBytes))] };
            Assert.Equal(GuestEndKind.PowerOff, (await TestGuests.RunAsync(works, host)).End.Kind);
            Assert.DoesNotContain(stuck, machine => machine.WhenEnded.IsCompleted);
        }
        finally
        {
            hanging.ForEach(disk => disk.Closed = false);
            foreach (var machine in stuck)
            {
                await machine.WhenEnded.WaitAsync(TestConsole.Patience);
                await machine.DisposeAsync();
            }
        }
    }
}
