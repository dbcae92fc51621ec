using Trapline.Controller.Commands;
using Trapline.Shared.Conversations;

namespace Trapline.Controller.Tests.Commands;

/// <summary>What users may ask of a VM in which state.</summary>
public sealed class WishTests
{
    private readonly Requests _requests = new(new AdmissionSettings());

    [Theory]
    [InlineData(VmWish.Stop)]
    [InlineData(VmWish.Terminate)]
    public void A_vm_that_is_ending_is_not_rebooted_and_whoever_asks_is_told_so(VmWish ending)
    {
        _requests.AddHost("a", 400);
        _requests.Run("web", "a");
        Assert.Null(_requests.Judge(new WishForVm("web", VmWish.Reboot)).Rejection);
        Assert.Null(_requests.Judge(new WishForVm("web", ending)).Rejection);
        Assert.NotNull(_requests.Judge(new WishForVm("web", VmWish.Reboot)).Rejection);
    }

    [Fact]
    public void The_only_vm_of_a_group_may_be_moved_though_it_must_be_with_its_group()
    {
        _requests.AddHost("a", 400);
        _requests.AddHost("b", 400);
        _requests.Run("db1", "a", group: new("g"), affinity: Shared.Vms.GroupAffinity.Together);
        Assert.Null(_requests.Judge(new MoveVm("db1", null)).Rejection);
    }

    [Fact]
    public void One_of_several_is_not_moved_away_from_its_group()
    {
        _requests.AddHost("a", 400);
        _requests.AddHost("b", 400);
        _requests.Run("db1", "a", group: new("g"), affinity: Shared.Vms.GroupAffinity.Together);
        _requests.Run("db2", "a", group: new("g"), affinity: Shared.Vms.GroupAffinity.Together);
        Assert.Contains("group g is elsewhere", _requests.Judge(new MoveVm("db1", null)).Rejection!.Message, StringComparison.Ordinal);
    }
}
