using Trapline.Cluster.Tests.Audit;
using Trapline.Cluster.Tests.InProcess;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.Cluster.Tests.Fencing;

/// <summary>
/// Incarnations, with the other two guards broken: the lease is granted and confirmed whatever happens, and the guest has no volume that could refuse
/// it. What they guard against is what the other two cannot see: orders that come late, twice, or in the wrong order.
/// </summary>
public sealed class IncarnationTests : IAsyncLifetime
{
    private LoneHost _host = null!;

    public async Task InitializeAsync() => _host = await LoneHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Late_and_doubled_orders_never_make_a_second_copy()
    {
        _host.Order(_host.Start(2));
        await _host.UntilAsync("#2 runs", vm => vm is { State: VmState.Running, Incarnation.Value: 2 });

        // What was on its way before, and what comes twice.
        _host.Order(_host.Start(1));
        _host.Order(Stop(1));
        _host.Order(_host.Start(2));
        _host.Order(_host.Start(1));
        Assert.Equal((VmState.Running, 2), Only(await _host.VmsAsync()));

        // The VM has gone on elsewhere: this copy is told to end, and an order from before does not bring it back.
        _host.Order(Stop(2));
        await _host.UntilAsync("#2 has ended", vm => vm is { State: VmState.Stopped });
        _host.Order(_host.Start(2));
        _host.Order(_host.Start(1));
        _host.Order(new ForgetVm(LoneRoot.Vm, new Incarnation(2), DeleteVolumes: false));
        _host.Order(_host.Start(2));
        Assert.Empty(await _host.VmsAsync());

        // An end that overtakes its start.
        _host.Order(Stop(3));
        _host.Order(_host.Start(3));
        Assert.Equal((VmState.Stopped, 3), Only(await _host.VmsAsync()));
        _host.Order(_host.Start(4));
        await _host.UntilAsync("#4 runs", vm => vm is { State: VmState.Running, Incarnation.Value: 4 });

        var audit = Auditor.Of(_host.Path);
        Assert.Empty(audit.Complaints);
        Assert.Equal([2L, 4L], audit.Executions.Select(e => e.Incarnation.Value).Distinct().Order());
    }

    private static StopVm Stop(long incarnation) => new(LoneRoot.Vm, new Incarnation(incarnation), EndReason.Fenced, TimeSpan.Zero);

    private static (VmState State, long Incarnation) Only(IReadOnlyList<VmReport> vms) => (Assert.Single(vms).State, vms[0].Incarnation.Value);
}
