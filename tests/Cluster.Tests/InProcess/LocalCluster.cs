using Akka.Actor;
using Akka.Configuration;
using Trapline.Controller.Actors;
using Trapline.Controller.Hosting;
using Trapline.HostNode;
using Trapline.HostNode.Hosting;
using Trapline.HostNode.Storage;
using Trapline.Shared.Configuration;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Processes;
using Trapline.TestSupport;

namespace Trapline.Cluster.Tests.InProcess;

/// <summary>One controller and some hosts, each with an actor system of its own and real guests, in the test's process.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("trapline-");
    private readonly Dictionary<string, (ActorSystem System, IAsyncDisposable Node)> _nodes = new(StringComparer.Ordinal);
    private readonly string _controller = $"127.0.0.1:{FreePort.Choose()}";

    private LocalCluster()
    {
        foreach (var name in new[] { "hello", "minios", "journal", "pagestorm" })
            Install(_data.FullName, name);
    }

    public DataRoot Root => new(_data.FullName);

    public static async Task<LocalCluster> StartAsync(params string[] hosts)
    {
        var cluster = new LocalCluster();
        await cluster.StartControllerAsync();
        foreach (var host in hosts)
            await cluster.StartHostAsync(host);
        return cluster;
    }

    public Task StartControllerAsync() => StartAsync("controller", int.Parse(_controller.Split(':')[1]), ControllerDefaults.For(OptionsOf("controller", 0)).WithFallback(ControllerDefaults.Config), ControllerProcess.StartAsync);

    public Task StartHostAsync(string name) => StartAsync(name, 0, ConfigurationFactory.ParseString("trapline.host.drain-time = 0s").WithFallback(HostDefaults.Config), HostProcess.StartAsync);

    public IActorRef Host(string name) => _nodes[name].System.ActorSelection($"/user/{HostActor.Name}").ResolveOne(Patience).Result;

    /// <summary>Ends a node at once, without its leave: what a kill does, as far as a process can do it to a part of itself.</summary>
    public async Task AbortAsync(string name)
    {
        var (system, node) = _nodes[name];
        _nodes.Remove(name);
        await system.Terminate();
        await node.DisposeAsync();
    }

    public Task<IWireMessage> RequestAsync(IClientRequest request) => Gate.Ask<IWireMessage>(request, Patience);

    public async Task<ClusterState> StateAsync() => await Gate.Ask<ClusterState>(ClusterQuery.Instance, Patience);

    /// <summary>Waits until the cluster's state is as wanted.</summary>
    public async Task<ClusterState> UntilAsync(string what, Func<ClusterState, bool> wanted)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var state = await StateAsync();
            if (wanted(state))
                return state;
            var vms = string.Join('\n', state.Model.Vms.Values);
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"not within {Patience}: {what}\n{vms}\n{string.Join('\n', state.Model.Hosts.Values)}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (system, node) in _nodes.Values)
        {
            await system.Terminate();
            await node.DisposeAsync();
        }

        _data.Delete(recursive: true);
    }

    private IActorRef Gate => _nodes["controller"].System.ActorSelection($"/user/{Names.Gate}").ResolveOne(Patience).Result;

    private async Task StartAsync(string name, int port, Config defaults, Func<ActorSystem, NodeOptions, ConfigFile, Task<IAsyncDisposable>> start)
    {
        var options = OptionsOf(name, port);
        var settings = NodeProcess.SettingsOf(options, defaults);
        var system = ActorSystem.Create(NodeOptions.SystemName, ConfigurationFactory.ParseString("akka { loglevel = WARNING, actor.serialize-messages = on }").WithFallback(settings.Config));
        _nodes[name] = (system, await start(system, options, settings));
    }

    private NodeOptions OptionsOf(string name, int port) => new(new HostId(name), port, [_controller], _data.FullName, null);

    /// <summary>Puts a built-in guest into a data root.</summary>
    public static void Install(string data, string name)
    {
        var folder = Path.Combine(new DataRoot(data).Images, name);
        Directory.CreateDirectory(folder);
        File.Copy(Repository.PathOf("guests", "images", $"{name}.elf"), Path.Combine(folder, "kernel.elf"));
        var disk = name == "journal" ? ", \"diskMiB\": 16" : "";
        File.WriteAllText(Path.Combine(folder, "image.json"), $$"""{ "kernel": "kernel.elf"{{disk}} }""");
    }
}
