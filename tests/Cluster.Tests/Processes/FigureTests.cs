using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Trapline.TestSupport;

namespace Trapline.Cluster.Tests.Processes;

/// <summary>Looking into VMs that run: exits, usage, and GDB on a machine in a host's process.</summary>
public sealed class FigureTests(ClusterOfTwo cluster) : IClassFixture<ClusterOfTwo>
{
    private TraplineCommand Trapline => cluster.Trapline;

    [Fact]
    public async Task Exits_and_usage_grow_with_what_the_guest_does()
    {
        await cluster.RunMiniosAsync("busy");
        var readings = JsonNode.Parse(await Trapline.RunAsync("exits", "busy", "--interval", "0.2", "--output", "json"))!.AsArray();
        Assert.True((double)readings[1]!["atSeconds"]! > (double)readings[0]!["atSeconds"]!);
        Assert.Contains(readings[1]!["exits"]!.AsArray(), e => (string)e!["reason"]! == "DeviceWrite" && (long)e["count"]! > 0 && (double)e["totalMicroseconds"]! > 0);
        Assert.Contains("PER SECOND", await Trapline.RunAsync("exits", "busy", "--interval", "0.1"), StringComparison.Ordinal);

        await Trapline.RunAsync("run", "--image", "pagestorm", "--type", "highcpu.small", "--name", "storm", "--wait", "--timeout", "100");
        var sample = JsonNode.Parse(await Trapline.RunAsync("top", "--once", "--interval", "1", "--sort", "name", "--output", "json"))!;
        var vms = sample["vms"]!.AsArray().Select(v => (string)v!["name"]!).ToList();
        Assert.Equal(["busy", "storm"], vms.Where(v => v is "busy" or "storm"));
        Assert.True((double)sample["vms"]![vms.IndexOf("storm")]!["cpuPercent"]! > 0);
        Assert.Equal(2, sample["nodes"]!.AsArray().Count(n => (long)n!["memoryMiB"]! > 0));
        Assert.Contains("PROMISED MIB", await Trapline.RunAsync("top", "--once", "--interval", "0.1"), StringComparison.Ordinal);
        await Trapline.RunAsync("terminate", "busy", "storm");

        var (code, _, errors) = await Trapline.TryAsync("exits", "nobody");
        Assert.Equal(6, code);
        Assert.Contains("There is no VM 'nobody'", errors, StringComparison.Ordinal);
    }

    /// <summary>What a node has room for changes while it is looked at, by what other programs write: its size does not.</summary>
    [Fact]
    public async Task Metrics_and_top_say_what_the_other_answers_do()
    {
        const double RoomForOthersMiB = 4096;
        await cluster.RunMiniosAsync("measured");
        using var http = new HttpClient { BaseAddress = new Uri((string)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(cluster.Data, "cluster.json")))!["nodes"]![0]!["api"]!) };
        JsonArray nodes = [];
        await Waiting.UntilAsync("each node has reported of its disk", async () =>
            (nodes = JsonNode.Parse(await Trapline.RunAsync("node", "ls", "--output", "json"))!.AsArray()).All(node => node!["diskFreeMiB"] is not null));
        var states = (await Trapline.VmsAsync()).Values.CountBy(vm => (string)vm["state"]!).ToDictionary();
        var metrics = Exposition.Parse(await http.GetStringAsync("/metrics"));
        Assert.All(states, s => Assert.Equal(s.Value, metrics["trapline_vms", ("state", s.Key)]));
        Assert.Equal(2, metrics["trapline_nodes", ("state", "alive")]);

        var sample = JsonNode.Parse(await Trapline.RunAsync("top", "--once", "--interval", "0.1", "--output", "json"))!;
        foreach (var node in nodes)
        {
            var name = (string)node!["name"]!;
            double Metric(string figure) => metrics[$"trapline_node_{figure}", ("node", name)];
            foreach (var (figure, key) in new[] { ("vms", "vms"), ("memory_mib", "memoryMiB"), ("memory_used_mib", "memoryMiBUsed"), ("cpu_weight", "cpuWeight"), ("cpu_weight_used", "cpuWeightUsed"), ("disk_mib", "diskMiB") })
                Assert.Equal((figure, (double)node[key]!), (figure, Metric(figure)));
            var free = (double)node["diskFreeMiB"]!;
            Assert.InRange(free, 1, Metric("disk_mib"));
            Assert.InRange(Metric("disk_free_mib"), free - RoomForOthersMiB, free + RoomForOthersMiB);
            var row = sample["nodes"]!.AsArray().Single(n => (string)n!["name"]! == name)!;
            Assert.InRange((double)row["diskFreeMiB"]!, free - RoomForOthersMiB, free + RoomForOthersMiB);
            Assert.Equal((bool?)node["isLowOnDisk"] ?? false, (bool)row["isLowOnDisk"]!);
            Assert.Equal((bool?)node["isLowOnDisk"] ?? false, Metric("disk_low") > 0);
            Assert.Equal((long)node["memoryMiBUsed"]!, (long)row["promisedMiB"]!);
        }

        await Trapline.RunAsync("terminate", "measured");
    }

    [SkippableFact]
    public async Task Gdb_attaches_to_a_machine_in_a_hosts_process_and_the_port_goes_with_the_command()
    {
        var gdb = ExternalTool.Require("gdb-multiarch", "gdb-multiarch");
        await cluster.RunMiniosAsync("debugged");
        using var command = Trapline.Start("gdb", "debugged", "--output", "json");
        using var patience = new CancellationTokenSource(TraplineCommand.Patience);
        var listens = JsonNode.Parse((await command.StandardOutput.ReadLineAsync(patience.Token))!)!;
        var port = (int)listens["port"]!;

        var kernel = Path.Combine(cluster.Data, "images", "minios", "minios.elf");
        using var debugger = Process.Start(new ProcessStartInfo(gdb,
            ["-batch", "-nx", kernel, "-ex", "set architecture riscv:rv64", "-ex", string.Create(CultureInfo.InvariantCulture, $"target remote 127.0.0.1:{port}"), "-ex", "info registers pc", "-ex", "detach"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var said = await debugger.StandardOutput.ReadToEndAsync(patience.Token);
        await debugger.WaitForExitAsync(patience.Token);
        Assert.Contains("0x8", said, StringComparison.Ordinal);
        Assert.Contains("detached", said, StringComparison.Ordinal);

        Posix.Send(command.Id, Posix.Terminate);
        await command.WaitForExitAsync(patience.Token);
        Assert.Equal(143, command.ExitCode);
        await UntilRefusedAsync(port, patience.Token);

        // The guest goes on.
        await Trapline.RunAsync("fault", "guest-panic", "debugged");
        await Trapline.UntilVmsAsync("debugged is back", vms => (long)vms["debugged"]["incarnation"]! == 2);
        await Trapline.RunAsync("terminate", "debugged");
    }

    private static async Task UntilRefusedAsync(int port, CancellationToken cancellation)
    {
        for (; ; )
        {
            using var client = new System.Net.Sockets.TcpClient();
            try
            {
                await client.ConnectAsync(System.Net.IPAddress.Loopback, port, cancellation);
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellation);
            }
            catch (System.Net.Sockets.SocketException)
            {
                return;
            }
        }
    }
}
