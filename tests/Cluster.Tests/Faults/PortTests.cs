using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Trapline.Cluster.Tests.Processes;

namespace Trapline.Cluster.Tests.Faults;

/// <summary>Ports that somebody else has: said by number, with what helps, by the node and by the launcher; and nobody else is harmed.</summary>
[Collection(OneController.Name)]
public sealed class PortTests(ThreeNodesOneController fixture)
{
    private RealCluster Cluster { get; } = fixture.Cluster;

    [Theory]
    [InlineData("Trapline.HostNode.dll", "--port", "--name a --port {0} --controllers 127.0.0.1:9 --data {1}")]
    [InlineData("Trapline.Controller.dll", "--port", "--name c --port {0} --controllers 127.0.0.1:9 --data {1}")]
    [InlineData("Trapline.Controller.dll", "--api", "--name c --port 0 --controllers 127.0.0.1:9 --data {1} --api 127.0.0.1:{0}")]
    public async Task A_node_whose_port_is_in_use_names_it_and_ends_with_code_2(string program, string option, string arguments)
    {
        var folder = Directory.CreateTempSubdirectory("trapline-");
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        try
        {
            var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. string.Format(null, arguments, port, folder.FullName).Split(' ')]) { RedirectStandardError = true };
            using var process = Process.Start(start)!;
            var errors = await process.StandardError.ReadToEndAsync().WaitAsync(TraplineCommand.Patience);
            await process.WaitForExitAsync().WaitAsync(TraplineCommand.Patience);
            Assert.True(process.ExitCode == 2, $"exit code {process.ExitCode}: {errors}");
            var line = Assert.Single(errors.TrimEnd('\n').Split('\n'));
            Assert.Contains($"port {port} of 127.0.0.1", line, StringComparison.Ordinal);
            Assert.Contains($"is in use by another process: end that one, or give another with {option}", line, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_node_that_cannot_come_back_because_its_port_was_taken_is_named_and_comes_back_when_it_can()
    {
        var before = await Cluster.UntilWholeAsync();
        var victim = Cluster.Node("node2");
        TcpListener? thief = null;
        Posix.Send(Cluster.Launcher, Posix.Stop);
        try
        {
            Posix.Send(victim.Pid, Posix.Kill);
            await Cluster.UntilAsync("the port is taken", () => Task.FromResult((thief = TryListen(victim.Port)) is not null));
        }
        finally
        {
            Posix.Send(Cluster.Launcher, Posix.Continue);
        }

        using (thief)
        {
            await Cluster.UntilSaysAsync($"node2 ended with code 2 (node2: port {victim.Port} of 127.0.0.1");
            var after = await Cluster.UntilAsync("what node2 ran runs elsewhere", v => v.Vms.All(vm => vm.State == "running" && vm.Node != "node2"));
            Assert.All(before.Vms.Where(vm => vm.Node != "node2"), vm => Assert.Equal(vm.Incarnation, after.FindVm(vm.Name)!.Incarnation));
            thief!.Stop();
        }

        await fixture.CheckAsync();
    }

    private static TcpListener? TryListen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException)
        {
            listener.Dispose();
            return null;
        }
    }
}
