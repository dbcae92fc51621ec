using Trapline.Controller.Commands;
using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Tests.Commands;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Tests.Admission;

/// <summary>N+1: a VM is accepted only if the loss of any one host can still be absorbed.</summary>
public sealed class HostLossReserveTests
{
    private readonly Requests _requests = new(new AdmissionSettings { ReserveForHostLoss = true });

    [Fact]
    public void What_two_of_three_hosts_hold_is_accepted_and_no_more()
    {
        AddHosts(3, cpuWeight: 400);
        Assert.Null(_requests.Define("first", 8).Rejection);
        var refused = _requests.Define("one", 1).Rejection;
        Assert.Equal(RejectionKind.NoCapacity, refused!.Kind);
        Assert.Equal("N+1: without a the other 2 could not take its VMs and this one", refused.Message);
    }

    [Fact]
    public void All_vms_of_a_request_count()
    {
        AddHosts(3, cpuWeight: 400);
        Assert.Equal("N+1: without a the other 2 could not take its VMs and these 9", _requests.Define("many", 9).Rejection!.Message);
        Assert.Null(_requests.Define("many", 8).Rejection);
    }

    [Fact]
    public void A_stopped_vm_that_is_started_again_must_fit_too()
    {
        AddHosts(2, cpuWeight: 200);
        var web = _requests.Run("web", "a");
        _requests.Apply(
            new DesiredStateChanged(Requests.At, web.Id, DesiredState.Stopped),
            new VmEnded(Requests.At, web.Id, web.Incarnation, EndReason.StoppedByRequest, null, null, false));
        Assert.Null(_requests.Define("other", 2).Rejection);
        Assert.Equal(RejectionKind.NoCapacity, _requests.Judge(new WishForVm("web", VmWish.Start)).Rejection?.Kind);
        Assert.Null(_requests.Judge(new WishForVm("other-1", VmWish.Terminate)).Rejection);
        Assert.Null(_requests.Judge(new WishForVm("web", VmWish.Start)).Rejection);
    }

    [Fact]
    public void A_vm_that_is_left_as_it_ended_takes_no_part_until_it_is_started_again()
    {
        AddHosts(2, cpuWeight: 200);
        var job = _requests.Run("job", "a");
        _requests.Apply(new VmEnded(Requests.At, job.Id, job.Incarnation, EndReason.PoweredOff, null, RetryAt: null, CrashLoop: false));
        Assert.Equal(DesiredState.Ended, _requests.Model.Vms[job.Id].Desired);
        Assert.Null(_requests.Define("other", 2).Rejection);
        Assert.Equal("job has ended: 'trapline start' has it run again.", _requests.Judge(new WishForVm("job", VmWish.Reboot)).Rejection?.Message);
        Assert.Equal(RejectionKind.NoCapacity, _requests.Judge(new WishForVm("job", VmWish.Start)).Rejection?.Kind);
        Assert.Null(_requests.Judge(new WishForVm("other-1", VmWish.Terminate)).Rejection);
        Assert.Null(_requests.Judge(new WishForVm("job", VmWish.Start)).Rejection);
        Assert.Equal(DesiredState.Running, _requests.Model.Vms[job.Id].Desired);
    }

    [Fact]
    public void With_one_host_nothing_can_be_absorbed()
    {
        AddHosts(1, cpuWeight: 400);
        Assert.Equal(RejectionKind.NoCapacity, _requests.Define("web", 1).Rejection!.Kind);
    }

    [Fact]
    public void The_largest_is_placed_first_so_that_small_ones_do_not_stand_in_its_way()
    {
        AddHosts(3, cpuWeight: 400);
        _requests.Run("s1", "a");
        _requests.Run("s2", "b");
        Assert.Null(_requests.Define("large", 1, "standard.medium").Rejection);
        Assert.Equal(RejectionKind.NoCapacity, _requests.Define("larger", 1, "standard.xlarge").Rejection!.Kind);
    }

    private void AddHosts(int count, long cpuWeight)
    {
        foreach (var name in new[] { "a", "b", "c" }.Take(count))
            _requests.AddHost(name, cpuWeight);
    }
}
