using Trapline.Controller.Commands;
using Trapline.Controller.Journal;
using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Tests.Commands;

/// <summary>After a lost journal ids begin anew, while volumes with the old ids still lie in the data root.</summary>
public sealed class NewVmIdTests
{
    private static readonly DateTimeOffset At = Requests.At;
    private static readonly HostId Host = new("a");

    private readonly Requests _requests = new(new AdmissionSettings());

    public NewVmIdTests() => _requests.AddHost(Host.Value, 1600);

    [Fact]
    public void A_new_vm_never_takes_the_id_of_one_whose_volumes_are_kept()
    {
        _requests.Apply(new VolumesKept(At, Host, new VmId("vm-5")), new VolumesKept(At, Host, new VmId("vm-6")));
        Assert.Equal(["vm-4", "vm-7", "vm-8"], Define("first", 3));
        Assert.Equal(["vm-9"], Define("second", 1));
    }

    [Fact]
    public void An_id_that_was_given_ahead_of_its_number_is_not_given_again_not_even_after_its_vm_is_gone()
    {
        _requests.Apply(new VolumesKept(At, Host, new VmId("vm-3")));
        Assert.Equal(["vm-4"], Define("first", 1));
        _requests.Apply(new VmRemoved(At, new VmId("vm-4")));
        Assert.Equal(["vm-5"], Define("second", 1));
        Assert.Equal(["vm-6"], Define("third", 1));
    }

    [Fact]
    public void What_was_removed_and_what_only_hosts_know_outlives_a_snapshot_of_the_model()
    {
        _requests.Apply(new VolumesKept(At, Host, new VmId("vm-7")));
        Define("first", 1);
        _requests.Apply(new VmRemoved(At, new VmId("vm-3")));
        var restored = ModelSnapshotV1.Of(_requests.Model).ToModel();
        Assert.Equal([new VmId("vm-3")], restored.Removed.Ids);
        Assert.Equal([new VmId("vm-7")], restored.Strangers);
    }

    [Fact]
    public void Only_the_vms_removed_last_are_remembered()
    {
        var removed = RemovedIds<VmId>.Of(Enumerable.Range(0, RemovedLimit.Capacity + 1).Select(i => new VmId($"vm-{i}")));
        Assert.Equal(RemovedLimit.Capacity, removed.Ids.Count);
        Assert.DoesNotContain(new VmId("vm-0"), removed.Ids);
        Assert.Contains(new VmId("vm-1"), removed.Ids);
    }

    private IEnumerable<string> Define(string name, int count)
    {
        var verdict = _requests.Define(name, count);
        Assert.Null(verdict.Rejection);
        return [.. verdict.Vms.Select(vm => vm.Value)];
    }
}
