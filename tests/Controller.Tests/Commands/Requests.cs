using Trapline.Controller.Commands;
using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Placement;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Tests.Commands;

/// <summary>A model, and requests judged against it: accepted ones change it.</summary>
internal sealed class Requests(AdmissionSettings settings)
{
    public static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly ImageName Image = new("minios");

    public ClusterModel Model { get; private set; } = ClusterModel.Empty;

    public void Apply(params IEnumerable<IClusterEvent> events) => Model = events.Aggregate(Model, (model, e) => model.Apply(e));

    public void AddHost(string name, long cpuWeight, long memoryMiB = 65536) =>
        Apply(new HostBooted(At, new HostId(name), new BootId($"b1-{name}"), new Resources(cpuWeight, memoryMiB)));

    /// <summary>A VM that runs on a host.</summary>
    public VmRecord Run(string name, string host, string type = "standard.small", GroupName? group = null, GroupAffinity affinity = GroupAffinity.None)
    {
        var (vm, first) = (new VmId(name), Incarnation.None.Next());
        Apply(
            new VmDefined(At, vm, new VmSpec(name, Image, type, Group: group, Affinity: affinity)),
            new VmPlaced(At, vm, new HostId(host), new BootId($"b1-{host}"), first, "test"),
            new VmStarted(At, vm, first));
        return Model.Vms[vm];
    }

    public Verdict Define(string name, int count, string type = "standard.small") => Judge(new DefineVms(new VmSpec(name, Image, type), count, [Image]));

    public Verdict Judge(IClientRequest request)
    {
        var verdict = new CommandValidation(Model, _ => HostReadiness.Ready, At, settings).Judge(request);
        Apply(verdict.Events);
        return verdict;
    }
}
