using Trapline.Controller.Balancing;
using Trapline.Controller.Commands;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Placement;
using Trapline.Controller.Tests.Commands;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Tests.Balancing;

/// <summary>Which moves are proposed, beyond what the scenarios show.</summary>
public sealed class BalancerTests
{
    private readonly Requests _requests = new(new AdmissionSettings());

    public BalancerTests()
    {
        foreach (var name in new[] { "a", "b", "c" })
            _requests.AddHost(name, 1000);
    }

    [Fact]
    public void Moves_under_way_count_as_if_they_had_arrived_and_towards_the_most_at_once()
    {
        for (var i = 0; i < 5; i++)
            _requests.Run($"v{i}", "a");
        Assert.Equal(2, Propose().Length);
        Begin("v0", "a", "b");
        Assert.Equal([new HostId("c")], Propose().Select(m => m.To));
        Begin("v1", "a", "c");
        Assert.Empty(Propose());
        Assert.Empty(Propose(most: 8));
    }

    [Fact]
    public void A_vm_whose_move_failed_a_moment_ago_is_left_alone()
    {
        foreach (var name in new[] { "v1", "v2", "v3", "v4" })
            _requests.Run(name, "a");
        var before = Propose()[0].Vm;
        _requests.Apply(new MoveAborted(Requests.At, before, new MoveId("m"), "no room", RetryAt: Requests.At + TimeSpan.FromSeconds(10)));
        Assert.DoesNotContain(before, Propose().Select(m => m.Vm));
    }

    [Fact]
    public void Two_that_must_be_apart_are_not_sent_to_the_same_host()
    {
        var group = new GroupName("g");
        foreach (var host in new[] { "a", "b" })
        {
            _requests.Run($"{host}1", host, "standard.large", group, GroupAffinity.Apart);
            for (var i = 2; i < 5; i++)
                Hold(_requests.Run($"{host}{i}", host).Id);
        }

        Assert.Equal(["a1"], Propose(most: 4).Select(m => m.Vm.Value));
    }

    [Fact]
    public void Where_all_vms_of_the_fullest_host_have_to_stay_the_next_one_is_relieved()
    {
        Hold(_requests.Run("big", "a", "standard.xlarge").Id);
        for (var i = 0; i < 5; i++)
            _requests.Run($"v{i}", "b");
        Assert.All(Propose(), m => Assert.Equal("b", m.From.Value));
        Assert.NotEmpty(Propose());
    }

    private void Begin(string vm, string from, string to) =>
        _requests.Apply(new MoveStarted(Requests.At, new VmId(vm), new MoveId(vm), new HostId(from), new HostId(to), "test"));

    private void Hold(VmId vm) => _requests.Apply(new MoveAborted(Requests.At, vm, new MoveId("m"), "test", RetryAt: DateTimeOffset.MaxValue));

    private ProposedMove[] Propose(int most = 2) =>
        [.. Balancer.Propose(_requests.Model, _ => HostReadiness.Ready, Requests.At, new BalancerSettings { MovesAtOnce = most })];
}
