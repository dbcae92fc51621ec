using Trapline.Controller.Leases;
using Trapline.Controller.Model;
using Trapline.Controller.Reconciliation;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Leases;

namespace Trapline.Controller.Tests.Simulation;

/// <summary>Controller, keepers and hosts in virtual time on one thread: everything that decides is the product's own code.</summary>
internal sealed class SimulatedCluster
{
    private readonly Dictionary<string, LeaseKeeper?> _keepers = new(StringComparer.Ordinal);
    private long _boots;

    public SimulatedCluster(int seed, int keepers, ReconcilerSettings? settings = null)
    {
        KeeperCount = keepers;
        Network = new Network(Time, new Random(seed));
        for (var i = 1; i <= keepers; i++)
            StartKeeper($"keeper{i}");
        Controller = new SimulatedController(this, settings ?? new ReconcilerSettings());
        Controller.Start();
    }

    public VirtualTime Time { get; } = new();

    public Network Network { get; }

    public Auditor Auditor { get; } = new();

    public SimulatedController Controller { get; }

    public Dictionary<HostId, SimulatedHost> Hosts { get; } = [];

    public List<(TimeSpan At, IClusterEvent Event)> Log { get; } = [];

    /// <summary>The VMs with volumes in the data root, which all hosts share.</summary>
    public SortedSet<VmId> Volumes { get; } = [];

    /// <summary>What moves carry, in the data root.</summary>
    public SortedSet<MoveId> Moves { get; } = [];

    public int KeeperCount { get; }

    public IEnumerable<string> KeeperNames => _keepers.Keys;

    /// <summary>The keepers that run.</summary>
    public IEnumerable<LeaseKeeper> Keepers => _keepers.Values.OfType<LeaseKeeper>();

    public TimeSpan StartTime { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a plan waits for what else there is, as in the actor's mailbox, where one plan serves all news before it; zero: each has its own.</summary>
    public TimeSpan PlanDelay { get; init; }

    public long NextBoot() => ++_boots;

    public SimulatedHost AddHost(string id, Resources capacity)
    {
        var host = new SimulatedHost(this, new HostId(id), capacity);
        Hosts.Add(host.Id, host);
        host.Start();
        return host;
    }

    /// <summary>A host deletes the volumes of a VM: only ever of one that is known to be gone.</summary>
    public void DeleteVolumes(VmId vm)
    {
        Assert.Contains(vm, Controller.Model.Removed.Ids);
        Volumes.Remove(vm);
    }

    /// <summary>What a move carried is deleted: never before it has arrived, or is over.</summary>
    public void DeleteMove(MoveId move)
    {
        if (Controller.Model.Vms.TryGetValue(move.Vm!.Value, out var vm))
            Assert.False(vm.Move?.Id == move || vm.Assignment is { Started: false, FromMove: { } coming } && coming == move, $"{move} is deleted while it is needed: {vm}");
        else
            Assert.Contains(move.Vm!.Value, Controller.Model.Removed.Ids);
        Moves.Remove(move);
    }

    /// <summary>A machine is built: with volumes, from what a move carried if it is to. A host that was called lost may come too late for that.</summary>
    public void Build(StartVm start)
    {
        Volumes.Add(start.Vm);
        var isWanted = Controller.Model.Vms.GetValueOrDefault(start.Vm)?.Assignment?.Incarnation == start.Incarnation;
        if (start.FromMove is { } move && !Moves.Remove(move) && isWanted)
            Auditor.Complaints.Add($"{Time.Now.TotalSeconds:0.000} {start.Vm} {start.Incarnation} is to go on from {move}, and there is no such thing");
    }

    public void StartKeeper(string name) => _keepers[name] = new LeaseKeeper(LeaseTerms.Default, Time.Now);

    public void KillKeeper(string name) => _keepers[name] = null;

    public void ToKeepers(string from, IWireMessage message)
    {
        foreach (var name in _keepers.Keys)
            Network.Send(from, name, () => Keep(name, message));
    }

    public void ToController(string from, IWireMessage message) => Network.Send(from, SimulatedController.Name, () => Controller.Receive(message));

    public void ToHost(string from, HostId host, IWireMessage message) => Network.Send(from, host.Value, () => Hosts[host].Receive(message));

    private void Keep(string name, IWireMessage message)
    {
        if (_keepers[name] is not { } keeper)
            return;
        switch (message)
        {
            case Heartbeat beat:
                if (LeaseKeeperActor.ToMessage(name, beat, keeper.Answer(beat.Boot, beat.Sequence, beat.HeardOf(name), Time.Now)) is { } answer)
                    ToHost(name, beat.Host, answer);
                break;
            case LostQuestion question:
                ToController(name, new LostVerdict(name, question.Host, question.Boot, question.Round, keeper.CallsLost(question.Boot, Time.Now)));
                break;
        }
    }
}
