using Akka.Actor;
using Akka.Configuration;
using Trapline.Cluster.Tests.Audit;
using Trapline.Cluster.Tests.InProcess;
using Trapline.HostNode;
using Trapline.HostNode.Hosting;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Processes;
using Trapline.Shared.Vms;

namespace Trapline.Cluster.Tests.Fencing;

/// <summary>
/// Incarnations, with the other two guards broken: the lease is granted and confirmed whatever happens, and the guest has no volume that could refuse
/// it. What they guard against is what the other two cannot see: orders that come late, twice, or in the wrong order.
/// </summary>
public sealed class IncarnationTests : IAsyncLifetime
{
    private static readonly VmId Vm = new("vm-1");

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("trapline-");
    private readonly BlindController _controller = new();
    private ActorSystem _system = null!;
    private IAsyncDisposable _node = null!;
    private BootId _boot;

    public async Task InitializeAsync()
    {
        LocalCluster.Install(_data.FullName, "minios");
        var options = new NodeOptions(new HostId("a"), 0, [_controller.Address], _data.FullName, null);
        var settings = NodeProcess.SettingsOf(options, ConfigurationFactory.ParseString("trapline.host.drain-time = 0s").WithFallback(HostDefaults.Config));
        _system = ActorSystem.Create(NodeOptions.SystemName, settings.Config);
        _node = await HostProcess.StartAsync(_system, options, settings);
        _boot = (await _controller.Executing).Boot;
    }

    public async Task DisposeAsync()
    {
        await _system.Terminate();
        await _node.DisposeAsync();
        await _controller.DisposeAsync();
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task Late_and_doubled_orders_never_make_a_second_copy()
    {
        Order(Start(2));
        await UntilAsync("#2 runs", vms => vms is [{ State: VmState.Running, Incarnation.Value: 2 }]);

        // What was on its way before, and what comes twice.
        Order(Start(1));
        Order(Stop(1));
        Order(Start(2));
        Order(Start(1));
        Assert.Equal((VmState.Running, 2), Only(await VmsAsync()));

        // The VM has gone on elsewhere: this copy is told to end, and an order from before does not bring it back.
        Order(Stop(2));
        await UntilAsync("#2 has ended", vms => vms is [{ State: VmState.Stopped }]);
        Order(Start(2));
        Order(Start(1));
        Order(new ForgetVm(Vm, new Incarnation(2), DeleteVolumes: false));
        Order(Start(2));
        Assert.Empty(await VmsAsync());

        // An end that overtakes its start.
        Order(Stop(3));
        Order(Start(3));
        Assert.Equal((VmState.Stopped, 3), Only(await VmsAsync()));
        Order(Start(4));
        await UntilAsync("#4 runs", vms => vms is [{ State: VmState.Running, Incarnation.Value: 4 }]);

        var audit = Auditor.Of(_data.FullName);
        Assert.Empty(audit.Complaints);
        Assert.Equal([2L, 4L], audit.Executions.Select(e => e.Incarnation.Value).Distinct().Order());
    }

    private ActorSelection Host => _system.ActorSelection($"/user/{HostActor.Name}");

    private void Order(IVmCommand command) => Host.Tell(new VmOrder(_boot, command));

    private static StartVm Start(long incarnation) =>
        new(Vm, new Incarnation(incarnation), new VmSpec("web", new ImageName("minios"), "highcpu.small"), InstanceTypeCatalog.Find("highcpu.small")!);

    private static StopVm Stop(long incarnation) => new(Vm, new Incarnation(incarnation), EndReason.Fenced, TimeSpan.Zero);

    private static (VmState State, long Incarnation) Only(IReadOnlyList<VmReport> vms) => (Assert.Single(vms).State, vms[0].Incarnation.Value);

    /// <summary>Asked behind the orders, on the same way: the answer comes after they were carried out.</summary>
    private async Task<IReadOnlyList<VmReport>> VmsAsync() =>
        (await Host.Ask<HostView>(new HostQuery(), Waiting.Patience)).Vms;

    private Task UntilAsync(string what, Func<IReadOnlyList<VmReport>, bool> wanted) => Waiting.UntilAsync(what, async () => wanted(await VmsAsync()));
}
