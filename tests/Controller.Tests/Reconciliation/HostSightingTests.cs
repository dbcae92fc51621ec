using System.Collections.Immutable;
using Trapline.Controller.Reconciliation;
using Trapline.HostNode.Vms;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Tests.Reconciliation;

/// <summary>A host's ledger says only what changed, and what the controller puts together from it is the whole.</summary>
public sealed class HostSightingTests
{
    private const int MostChanges = 3;

    private static readonly TimeSpan Now = TimeSpan.FromHours(1);
    private static readonly HostId Host = new("node1");
    private static readonly BootId Boot = new("b00000001");
    private static readonly VmSpec Spec = new("web", new ImageName("minios"), "standard.small");

    private readonly VmLedger _ledger = new();
    private Observed _observed = Observed.Nothing;
    private long _confirmed;
    private long _sequence;

    private HostSighting Sighting => _observed.Hosts[Host];

    [Fact]
    public void Parts_and_changes_come_to_the_same_as_the_whole()
    {
        for (var vm = 1; vm <= 8; vm++)
            Start(vm);
        Assert.True(Exchange().IsNews);
        Assert.False(Sighting.IsComplete);
        Assert.Equal(MostChanges, Sighting.Vms.Count);
        while (_confirmed < _ledger.Version)
            Assert.True(Exchange().IsNews);
        Assert.True(Sighting.IsComplete);
        Assert.Equal(_ledger.Report(), Sighting.Vms.Values);

        Become(3, VmState.Running);
        Become(5, VmState.Crashed);
        Assert.Equal(2, Exchange().Report.Vms.Length);
        Assert.Equal(_ledger.Report(), Sighting.Vms.Values);

        _ledger.Handle(new ForgetVm(Vm(5), new Incarnation(1), DeleteVolumes: false));
        Assert.Equal(Vm(5), Assert.Single(Exchange().Report.Part!.Gone));
        Assert.Equal(_ledger.Report(), Sighting.Vms.Values);

        var (quiet, isNews) = Exchange();
        Assert.True(quiet.Vms.IsEmpty);
        Assert.False(isNews);
    }

    [Fact]
    public void A_controller_that_has_just_taken_over_asks_for_everything_and_takes_no_vm_for_absent_meanwhile()
    {
        Start(1);
        Start(2);
        Exchange();
        Become(1, VmState.Running);

        _observed = Observed.Nothing;
        Exchange();
        Assert.False(Sighting.IsComplete);
        Assert.Empty(Sighting.Vms);
        Assert.Equal(0, _confirmed);

        Exchange();
        Assert.True(Sighting.IsComplete);
        Assert.Equal(_ledger.Report(), Sighting.Vms.Values);
    }

    [Fact]
    public void A_vm_that_was_forgotten_long_ago_is_not_kept_by_whoever_knows_an_old_version()
    {
        Start(1);
        Start(2);
        Exchange();
        var old = (Observed: _observed, Confirmed: _confirmed);
        Become(1, VmState.Crashed);
        _ledger.Handle(new ForgetVm(Vm(1), new Incarnation(1), DeleteVolumes: false));
        Exchange();

        (_observed, _confirmed) = old;
        Exchange();
        Assert.Equal([Vm(2)], Sighting.Vms.Keys);
    }

    [Fact]
    public void A_controller_that_takes_over_gets_everything_in_parts_also_from_a_host_that_has_forgotten_much()
    {
        for (var vm = 1; vm <= 9; vm++)
            Start(vm);
        while (_confirmed < _ledger.Version)
            Exchange();
        for (var vm = 1; vm <= 9; vm += 2)
        {
            Become(vm, VmState.Crashed);
            _ledger.Handle(new ForgetVm(Vm(vm), new Incarnation(1), DeleteVolumes: false));
            Exchange();
        }

        _observed = Observed.Nothing;
        var exchanges = 0;
        do
            Exchange();
        while (!Sighting.IsComplete && ++exchanges < 10);
        Assert.Equal(_ledger.Report(), Sighting.Vms.Values);
    }

    [Fact]
    public void A_report_that_is_lost_is_made_good_by_the_next_one()
    {
        Start(1);
        Exchange();
        Become(1, VmState.Running);
        NextReport(); // lost
        Start(2);
        Exchange();
        Assert.Equal(_ledger.Report(), Sighting.Vms.Values);
        Assert.True(Sighting.IsComplete);
    }

    /// <summary>A report reaches the controller, and its answer the host.</summary>
    private (HostReport Report, bool IsNews) Exchange()
    {
        var report = NextReport();
        var isNews = _observed.IsNews(report);
        _observed = _observed.With(report, Now);
        _confirmed = Sighting.Version;
        _ledger.Confirmed(_confirmed);
        return (report, isNews);
    }

    private HostReport NextReport()
    {
        var (vms, part) = _ledger.ReportSince(_confirmed, MostChanges);
        return new HostReport(Host, Boot, ++_sequence, 1, Executing: true, new Resources(800, 4096), Draining: false, vms, [], part);
    }

    private void Start(int vm) => _ledger.Handle(new StartVm(Vm(vm), new Incarnation(1), Spec, InstanceTypeCatalog.Find(Spec.InstanceType)!));

    private void Become(int vm, VmState state) =>
        Assert.True(_ledger.Changed(new VmReport(Vm(vm), new Incarnation(1), state, state == VmState.Crashed ? EndReason.GuestPanic : null)));

    private static VmId Vm(int number) => new($"vm-{number}");
}
