using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Storage;
using Trapline.TestSupport;
using Xunit;

namespace Trapline.Hypervisor.Tests.Machine;

/// <summary>Machines for tests: two workers, whatever the host has, so that harts run in parallel everywhere.</summary>
internal static class TestGuests
{
    public static MachineHost NewHost(int workers = 2) =>
        new(new Trapline.Hypervisor.Machine.Scheduling.SchedulerOptions { Workers = workers });

    public static string Image(string name) => Repository.PathOf("guests", "images", name + ".elf");

    public static MachineConfig Guest(string name, string commandLine = "", int harts = 1) => new()
    {
        Name = name,
        Kernel = new ImageSource(Image(name)),
        CommandLine = commandLine,
        Engine = EngineUnderTest.Kind,
        Harts = harts,
        MemoryBytes = 64UL << 20,
    };

    /// <summary>How machines are restored.</summary>
    public static RestoreOptions Restoring => new() { Engine = EngineUnderTest.Kind };

    public static DiskConfig Disk(IBlockBackend disk) => new("memory") { Opened = disk };

    /// <summary>Runs a guest to its end.</summary>
    public static async Task<(GuestEnd End, TestConsole Console)> RunAsync(MachineConfig config, MachineHost? host = null)
    {
        var own = host is null ? NewHost() : null;
        try
        {
            var console = new TestConsole();
            await using var machine = new MachineBuilder(host ?? own!).Build(config, console.Console).Value;
            machine.Start();
            GuestEnd end;
            try
            {
                end = await machine.WhenEnded.WaitAsync(TestConsole.Patience);
            }
            catch (TimeoutException e)
            {
                throw new TimeoutException($"the guest did not end; the console shows:\n{console.Text}", e);
            }

            return (end, console);
        }
        finally
        {
            own?.Dispose();
        }
    }

    /// <summary>Asserts that the lines stand in the text, each on a line of its own, in this order.</summary>
    public static void AssertLines(string text, params string[] lines)
    {
        var at = 0;
        var all = text.Split('\n');
        foreach (var line in lines)
        {
            var found = Array.FindIndex(all, at, l => l == line);
            Assert.True(found >= 0, $"no line '{line}' after line {at} of:\n{text}");
            at = found + 1;
        }
    }
}
