using Trapline.Cli.Launching;
using Trapline.Cli.State;
using Trapline.Shared.Images;

namespace Trapline.Cli.Tests.Clusters;

/// <summary>The launcher's files and plan, without processes.</summary>
public sealed class ClusterStateTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trapline-");

    private DataFolder Data => new(_folder.FullName);

    [Fact]
    public void A_state_is_read_back_as_it_was_written()
    {
        var plan = ClusterPlan.For(controllers: 3, hosts: ["node1", "node2"], [1, 2, 3, 4, 5, 6, 7, 8]);
        var state = new ClusterState(77, plan.Nodes);
        state.Write(Data.State);
        var read = ClusterState.Read(Data.State)!;
        Assert.Equal(77, read.Supervisor);
        Assert.Equal<NodeState>(state.Nodes, read.Nodes);
        Assert.Equal([new Uri("http://127.0.0.1:2"), new Uri("http://127.0.0.1:4"), new Uri("http://127.0.0.1:6")], read.Apis);
        Assert.Equal(["node1", "node2"], read.Hosts.Select(h => h.Name));
    }

    [Fact]
    public void No_state_is_null_and_a_damaged_one_is_named()
    {
        Assert.Null(ClusterState.Read(Data.State));
        File.WriteAllText(Data.State, "{ \"supervisor\": ");
        var e = Assert.Throws<CliException>(() => ClusterState.Read(Data.State));
        Assert.Contains(Data.State, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_supervisor_at_a_time_has_a_data_root()
    {
        using (Assert.IsAssignableFrom<IDisposable>(Data.TryLock()))
            Assert.Null(Data.TryLock());
        Data.TryLock()!.Dispose();
    }

    [Fact]
    public void A_process_is_alive_until_it_has_ended()
    {
        Assert.True(Signals.IsAlive(Environment.ProcessId));
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("dotnet", ["--version"]) { RedirectStandardOutput = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.False(Signals.IsAlive(process.Id));
        Assert.False(Signals.Send(process.Id, Signal.Terminate));
    }

    [Fact]
    public void Every_node_is_told_all_controllers_in_the_same_order()
    {
        var plan = ClusterPlan.For(controllers: 2, hosts: ["node1"], [100, 101, 102, 103, 104]);
        Assert.Equal(5, ClusterPlan.PortsFor(2, 1));
        var lines = plan.Nodes.Select(n => string.Join(' ', plan.ArgumentsOf(n, Data))).ToList();
        Assert.All(lines, line => Assert.Contains("--controllers 127.0.0.1:100,127.0.0.1:102 ", line, StringComparison.Ordinal));
        Assert.StartsWith("--name controller1 --port 100 ", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("--api 127.0.0.1:101", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("--name node1 --port 104 ", lines[2], StringComparison.Ordinal);
        Assert.DoesNotContain("--api", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Chosen_ports_are_free_and_a_taken_base_port_is_named()
    {
        var ports = Ports.Choose(8, null);
        Assert.Equal(8, ports.Distinct().Count());
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        var e = Assert.Throws<CliException>(() => Ports.Choose(1, port));
        Assert.Contains($"port {port} ", e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Usage, e.ExitCode);
    }

    [Fact]
    public void Built_in_images_are_installed_whole_and_again_without_harm()
    {
        BuiltInImages.Install(Data.Images);
        BuiltInImages.Install(Data.Images);
        foreach (var name in new[] { "hello", "journal", "minios", "pagestorm" })
        {
            var description = System.Text.Json.JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(Data.Images, name, ImageDescription.FileName)), ImageJson.Default.ImageDescription)!;
            Assert.True(new FileInfo(Path.Combine(Data.Images, name, description.Kernel)).Length > 0);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
