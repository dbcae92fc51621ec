using System.Diagnostics;
using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Tests.Machine;
using Trapline.TestSupport;
using Xunit;

namespace Trapline.Hypervisor.Tests.Debugging;

/// <summary>The real GDB attaches to a machine. Each test is a script for it, and what it must print.</summary>
public sealed class GdbTests
{
    [SkippableFact]
    public async Task It_breaks_in_the_kernel_steps_and_reads_a_user_mode_variable()
    {
        var output = await DebugAsync(harts: 1, "run=\"count 100\"",
            "break schedule",
            "continue",
            "printf \"MODE %d\\n\", $priv",
            "backtrace 1",
            "delete",
            "break user_step",
            "continue",
            "printf \"MODE %d\\n\", $priv",
            "printf \"COUNTER %lu\\n\", (unsigned long)user_counter",
            "set $before = $pc",
            "stepi",
            "printf \"STEPPED %d\\n\", $pc != $before",
            "ignore 2 8",
            "continue",
            "printf \"COUNTER %lu\\n\", (unsigned long)user_counter",
            "set var user_counter = 1000",
            "delete",
            "detach");

        AssertInOrder(output.Gdb, "schedule", "MODE 1", "user_step", "MODE 0", "COUNTER 0", "STEPPED 1", "COUNTER 9");
        Assert.Contains("count: user_counter is 1091", output.Console, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Watchpoints_and_hardware_breakpoints_stop_it()
    {
        var output = await DebugAsync(harts: 1, "run=\"count 5\"",
            "hbreak user_step",
            "continue",
            "delete",
            "watch user_counter",
            "continue",
            "printf \"WATCHED %lu\\n\", (unsigned long)user_counter",
            "continue",
            "printf \"WATCHED %lu\\n\", (unsigned long)user_counter",
            "delete",
            "detach");

        AssertInOrder(output.Gdb, "Old value = 0", "New value = 1", "WATCHED 1", "Old value = 1", "WATCHED 2");
        Assert.Contains("count: user_counter is 5", output.Console, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Harts_are_threads_with_registers_of_their_own()
    {
        var output = await DebugAsync(harts: 3, "run=\"count 5\"",
            "break user_step",
            "continue",
            "info threads",
            "thread 1",
            "printf \"HART %ld\\n\", $mhartid",
            "thread 3",
            "printf \"HART %ld\\n\", $mhartid",
            "printf \"ROOT %d\\n\", $satp != 0",
            "set $ft0 = 1.5",
            "printf \"FLOAT %.2f\\n\", $ft0.double",
            "monitor stats",
            "delete",
            "detach");

        AssertInOrder(output.Gdb, "Thread 1", "Thread 2", "Thread 3", "HART 0", "HART 2", "ROOT 1", "VM-EXIT");
        Assert.Contains("count: user_counter is 5", output.Console, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Ctrl_C_interrupts_a_running_guest_and_kill_ends_it()
    {
        // GDB's own interrupt command in the background does what Ctrl-C does.
        var output = await DebugAsync(harts: 2, "run=\"burn 600\"",
            "break user_step",
            "continue",
            "delete",
            "python\nimport threading, gdb\nthreading.Timer(1.0, lambda: gdb.post_event(lambda: gdb.execute('interrupt'))).start()\nend",
            "continue",
            "printf \"STOPPED %d\\n\", $pc != 0",
            "kill");

        AssertInOrder(output.Gdb, "user_step", "SIGINT", "STOPPED 1");
        Assert.Equal(GuestEndKind.Stopped, output.End?.Kind);
    }

    [SkippableFact]
    public async Task The_end_of_the_guest_is_reported()
    {
        var output = await DebugAsync(harts: 1, "run=\"poweroff\"", "continue", "echo OVER\\n");

        AssertInOrder(output.Gdb, "exited normally", "OVER");
        Assert.Equal(GuestEndKind.PowerOff, output.End?.Kind);
    }

    private static async Task<(string Gdb, string Console, GuestEnd? End)> DebugAsync(int harts, string commandLine, params string[] script)
    {
        var gdb = ExternalTool.Require("gdb-multiarch", "gdb-multiarch");
        using var host = TestGuests.NewHost();
        var console = new TestConsole();
        await using var machine = new MachineBuilder(host).Build(TestGuests.Guest("minios.debug", commandLine, harts), console.Console).Value;
        using var server = machine.ListenForDebugger(0, wait: true);
        machine.Start();

        using var folder = new TemporaryFolder();
        var file = folder.File("script.gdb");
        await File.WriteAllLinesAsync(file, ["set pagination off", "set confirm off", "set tcp auto-retry on", $"target remote :{server.Port}", .. script, "quit"]);
        using var process = Process.Start(new ProcessStartInfo(gdb, ["-q", "-nx", "-batch", "-x", file, TestGuests.Image("minios.debug")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;
        process.StandardInput.Close();
        var reading = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            var text = string.Join("\n", await reading.WaitAsync(TestConsole.Patience));
            if (script[^1] == "detach")
                await console.WaitForAsync("minios> ", await console.WaitForAsync("count: user_counter is"));
            var end = script[^1] == "detach" ? null : await machine.WhenEnded.WaitAsync(TestConsole.Patience);
            return (text, console.Text, end);
        }
        catch (TimeoutException e)
        {
            process.Kill();
            throw new TimeoutException($"{e.Message}\nGDB printed:\n{string.Join("\n", await reading)}\nconsole:\n{console.Text}", e);
        }
    }

    private static void AssertInOrder(string text, params string[] parts)
    {
        var at = 0;
        foreach (var part in parts)
        {
            var found = text.IndexOf(part, at, StringComparison.Ordinal);
            Assert.True(found >= 0, $"no '{part}' after position {at} of:\n{text}");
            at = found + part.Length;
        }
    }
}
