using System.Globalization;
using System.Text.Json;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.TestSupport;
using Xunit;

namespace Trapline.Cli.Tests.Vm;

/// <summary><c>trapline vm run</c> as people and scripts use it: console, exit codes, signals, snapshots that other processes go on from.</summary>
public sealed class VmRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trapline-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableTheory]
    [InlineData("interpreter")]
    [InlineData("jit")]
    public async Task The_console_is_the_terminal_and_power_off_is_exit_code_0(string engine)
    {
        Skip.If(engine == "jit" && !JitEngine.IsSupported, "this host has no JIT");
        using var run = new TraplineProcess(["vm", "run", "--kernel", Image("minios"), "--harts", "2", "--memory", "64M", "--engine", engine, "--stats", "--stats-json", Path.Combine(_folder, "stats")]);
        await run.WaitForAsync("minios> ");
        run.Type("echo typed here\r");
        await run.WaitForAsync("\ntyped here\n");
        run.Type("poweroff\r");

        Assert.Equal(0, await run.ExitAsync());
        Assert.Contains("VM-EXIT", run.Errors, StringComparison.Ordinal);
        Assert.Contains("SupervisorCall", run.Errors, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "stats")));
        Assert.True(json.RootElement.GetProperty("exits").GetProperty("SupervisorCall").GetProperty("count").GetInt64() > 0);
        var translations = json.RootElement.GetProperty("translations");
        Assert.Equal(engine == "jit" ? JsonValueKind.Object : JsonValueKind.Null, translations.ValueKind);
        if (engine == "jit")
            Assert.InRange(translations.GetProperty("region_time_ns").GetInt64(), 0, translations.GetProperty("time_ns").GetInt64());
    }

    [Theory]
    [InlineData("crash panic", 3, "the guest reset the system because of a failure")]
    [InlineData("crash loop-trap", 3, "InstructionPageFault")]
    [InlineData("crash hang", 4, "no progress for 1 s")]
    [InlineData("reboot", 5, "reboot")]
    public async Task The_exit_code_says_how_the_guest_ended(string command, int code, string message)
    {
        var result = await TraplineProcess.RunAsync("vm", "run", "--kernel", Image("minios.debug"), "--append", $"run=\"{command}\"", "--watchdog", "1", "--no-reboot");

        Assert.Equal(code, result.Code);
        Assert.Contains(message, result.Errors, StringComparison.Ordinal);
        Assert.Contains($"minios> {command}", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("80200000", 0, "0x80200000")]
    [InlineData("here", 2, "--dump-jit here is not an address")]
    public async Task The_jit_lists_what_it_made_of_an_address(string address, int code, string message)
    {
        var result = await TraplineProcess.RunAsync("vm", "run", "--kernel", Image("minios"), "--append", "run=\"poweroff\"", "--dump-jit", address);

        Assert.Equal(code, result.Code);
        Assert.Contains(message, result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reboot_starts_the_machine_anew()
    {
        using var run = new TraplineProcess("vm", "run", "--kernel", Image("minios"), "--memory", "64M");
        await run.WaitForAsync("minios> ");
        run.Type("reboot\r");
        await run.WaitForAsync("minios> reboot\nminios: 1 harts");
        await run.WaitForAsync("disk 0 sectors\nminios: ready\nminios> ");
        run.Type("poweroff\r");

        Assert.Equal(0, await run.ExitAsync());
        Assert.Contains("the guest reboots", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sigterm_saves_the_machine_and_another_process_goes_on_with_it()
    {
        var snapshot = Path.Combine(_folder, "machine");
        using (var run = new TraplineProcess("vm", "run", "--kernel", Image("minios"), "--harts", "2", "--memory", "64M", "--snapshot-to", snapshot))
        {
            await run.WaitForAsync("minios> ");
            run.Type("count 77\r");
            await run.WaitForAsync("user_counter is 77");
            run.Signal("TERM");
            Assert.Equal(143, await run.ExitAsync());
            Assert.Contains("snapshot written", run.Errors, StringComparison.Ordinal);
        }

        using var other = new TraplineProcess("vm", "run", "--from-snapshot", snapshot);
        other.Type("count 3\rpoweroff\r");
        Assert.Equal(0, await other.ExitAsync());
        Assert.Contains("user_counter is 80", other.Output, StringComparison.Ordinal);
    }

    /// <summary>
    /// A chain of processes, each of which goes on from the snapshot that the one before took at a random point. What the journal was told is written
    /// must be there, each record acknowledged once; where the host has several engines, they take turns. MachineSnapshotTests does the same within one
    /// process and compares every bit.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_chain_of_processes_loses_nothing(int harts)
    {
        const int Links = 50;
        var random = new Random(8 + harts);
        var disk = Path.Combine(_folder, "disk");
        var snapshot = Path.Combine(_folder, "link");
        await File.WriteAllBytesAsync(disk, new byte[1 << 20]);
        // On a loaded machine a link is longer than it was told, so the guest must not come to an end of its disk; or nearly all of it is start-up, so
        // there are more links, until the guest has had as many records acknowledged as there are links at least.
        string[] start = ["vm", "run", "--kernel", Image("journal"), "--harts", $"{harts}", "--memory", "32M", "--disk", disk, "--append", "rate=400 wrap=1"];
        var output = "";
        List<int> acknowledged = [];
        for (var link = 0; link < Links || acknowledged.Count < Links; link++)
        {
            string[] arguments = link == 0 ? start : ["vm", "run", "--from-snapshot", snapshot];
            var engine = link % 2 == 0 ? "auto" : "interpreter";
            var after = (0.03 + (random.NextDouble() * 0.12)).ToString("F3", CultureInfo.InvariantCulture);
            var (code, text, errors) = await TraplineProcess.RunAsync([.. arguments, "--engine", engine, "--snapshot-to", snapshot, "--snapshot-after", after]);
            Assert.True(code == 0 && errors.Contains("snapshot written", StringComparison.Ordinal), $"link {link}: exit code {code}\n{errors}\n{text}");
            output += text;
            acknowledged = Numbers(output, "ack ");
            Assert.True(link < 10 * Links, $"only {acknowledged.Count} records were acknowledged in {link} links");
        }

        Assert.Equal(Enumerable.Range(1, acknowledged.Count), acknowledged);

        var verify = await TraplineProcess.RunAsync("vm", "run", "--kernel", Image("journal"), "--memory", "32M", "--disk", disk, "--append", "mode=verify-only");
        Assert.Equal(0, verify.Code);
        Assert.InRange(Assert.Single(Numbers(verify.Output, "journal: last record ")), acknowledged.Count, acknowledged.Count + 1);
    }

    [Fact]
    public async Task Every_instruction_can_be_traced()
    {
        var trace = Path.Combine(_folder, "trace");
        var result = await TraplineProcess.RunAsync("vm", "run", "--kernel", Image("hello"), "--memory", "64M", "--trace", trace);

        Assert.Equal(0, result.Code);
        var lines = await File.ReadAllLinesAsync(trace);
        Assert.StartsWith("0 0000000080200000 ", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, l => l.Contains("ecall", StringComparison.Ordinal));
    }

    private static string Image(string name) => Repository.PathOf("guests", "images", name + ".elf");

    private static List<int> Numbers(string text, string prefix) =>
        [.. text.Split('\n').Where(l => l.StartsWith(prefix, StringComparison.Ordinal)).Select(l => int.Parse(l[prefix.Length..].Split(' ')[0], CultureInfo.InvariantCulture))];
}
