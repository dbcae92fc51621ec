using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Tests.Machine;
using Xunit;

namespace Trapline.Hypervisor.Tests.Boot;

/// <summary>What the command of <c>trapline.run=</c> has of its console: all its output arrives, and Ctrl-C reaches it.</summary>
public sealed class DebianConsoleTests
{
    private const string CtrlC = "\x03";
    private const string CtrlQ = "\x11";
    private const string CtrlS = "\x13";

    /// <summary>
    /// The kernel throws away what a tty has not sent when its session ends; here Ctrl-S holds it back until the command is long over.
    /// Kernel messages pass a stopped tty, so one says when that is.
    /// </summary>
    [SkippableFact]
    public async Task Output_that_is_still_on_its_way_when_the_command_ends_is_not_lost()
    {
        var console = new TestConsole();
        using var host = TestGuests.NewHost();
        await using var machine = Start(host, console, "read go; (trap '' HUP; sleep 1; echo '<1>over' >/dev/kmsg) & echo last");

        await console.WaitForAsync("trapline: debian ready");
        console.Type(CtrlS + "go\r");
        await console.WaitForAsync("] over\n");
        Assert.DoesNotContain("last", console.Text, StringComparison.Ordinal);
        console.Type(CtrlQ);
        var end = await machine.WhenEnded.WaitAsync(TestConsole.Patience);

        Assert.Equal(GuestEndKind.PowerOff, end.Kind);
        TestGuests.AssertLines(console.Text, "last", "trapline: exit 0");
    }

    [SkippableFact]
    public async Task Ctrl_C_ends_the_command_and_then_the_machine()
    {
        var console = new TestConsole();
        using var host = TestGuests.NewHost();
        await using var machine = Start(host, console, "echo asleep; sleep 1000");

        await console.WaitForAsync("asleep\n");
        console.Type(CtrlC);
        var end = await machine.WhenEnded.WaitAsync(TestConsole.Patience);

        Assert.Equal(GuestEndKind.PowerOff, end.Kind);
        Assert.Contains("trapline: exit 130", console.Text, StringComparison.Ordinal);
    }

    private static VirtualMachine Start(MachineHost host, TestConsole console, string command)
    {
        var machine = new MachineBuilder(host).Build(DebianImage.Config(1, $"quiet trapline.run=\"{command}\""), console.Console).Value;
        machine.Start();
        return machine;
    }
}
