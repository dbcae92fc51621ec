using System.Collections.Immutable;
using System.Text;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Daemon;
using Akka.Cluster.Membership;
using Akka.Cluster.Tools.Singleton;
using Akka.Cluster.Wire;

namespace Akka.Embedded.Tests.Cluster.Simulation;

/// <summary>
/// A whole cluster in one thread and in virtual time. Messages go through the wire format; the network loses, doubles,
/// delays and cuts as the plan says. Everything is drawn from the plan's seed, so that a run repeats exactly.
/// </summary>
internal sealed class ClusterSimulation
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ExitTimeout = TimeSpan.FromSeconds(10);
    private readonly SimulationPlan _plan;
    private readonly Random _random;
    private readonly VirtualTime _time = new();
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _queue = new();
    private readonly ImmutableArray<Address> _addresses;
    private readonly SimulatedNode?[] _nodes;
    private readonly TimeSpan _removalMargin;
    private readonly StringBuilder _trace = new();
    private Fault.Network _network = new(0, 0, 20);
    private int _partition;
    private Fault.BreakLink? _brokenLink;
    private long _order;
    private int _nextUid = 1;

    public ClusterSimulation(SimulationPlan plan)
    {
        _plan = plan;
        _random = new Random(plan.Seed ^ 0x5eed);
        _addresses = [.. Enumerable.Range(0, plan.Nodes).Select(i => new Address("akka.tcp", "sim", $"node{i}", 2552))];
        _nodes = new SimulatedNode?[plan.Nodes];
        // Where not everybody watches everybody, the two sides of a cut find each other out in rounds and decide apart.
        _removalMargin = plan.Monitors >= plan.Nodes - 1 ? SimulatedNode.StableAfter : SimulatedNode.StableAfter * 2;
        Oracle = new SimulationOracle();
        for (var i = 0; i < plan.Nodes; i++)
        {
            var index = i;
            After(TimeSpan.FromMilliseconds(_random.Next(3_000)), () => Start(index));
        }

        foreach (var (at, fault) in plan.Faults)
            After(at, () => Apply(fault));
        After(plan.CalmFrom, () => Apply(new Fault.Heal()));
        After(plan.CalmFrom, () => Apply(new Fault.Network(0, 0, 20)));
    }

    /// <summary>What was seen to go wrong.</summary>
    public SimulationOracle Oracle { get; }

    public TimeSpan Now => _time.Now;

    public IEnumerable<SimulatedNode> Alive => _nodes.OfType<SimulatedNode>().Where(n => n.Alive);

    /// <summary>Everything of note, for a failing seed.</summary>
    public string Trace => _trace.ToString();

    /// <summary>Runs until the given time.</summary>
    public void RunUntil(TimeSpan end)
    {
        while (_queue.TryPeek(out _, out var next) && next.At <= end)
        {
            var action = _queue.Dequeue();
            _time.Now = next.At;
            action();
        }

        _time.Now = end;
    }

    /// <summary>Runs until the condition holds, looking once a virtual second; false when it never did.</summary>
    public bool RunUntil(Func<bool> condition, TimeSpan atMost)
    {
        for (var end = Now + atMost; Now < end;)
        {
            RunUntil(Now + TickInterval);
            if (condition())
                return true;
        }

        return false;
    }

    /// <summary>Starts a new process at every address where none runs.</summary>
    public void RestartAll()
    {
        for (var i = 0; i < _nodes.Length; i++)
            Start(i);
    }

    /// <summary>Whether all nodes that have joined hold one and the same view, in which exactly they are up.</summary>
    /// <param name="everybody">Every node must have joined; else some may not run, or still search for a cluster.</param>
    public bool HasConverged(bool everybody)
    {
        var members = Alive.Where(n => n.IsMember).ToList();
        if (members.Count == 0)
            return !everybody;
        if (everybody && members.Count != _nodes.Length)
            return false;
        var first = members[0].Core.State;
        return members.All(n =>
            n.Core.State.Gossip.Version == first.Gossip.Version
            && n.Core.State.Gossip.HasSameContent(first.Gossip)
            && n.Core.State.IsConverged(ImmutableHashSet<UniqueAddress>.Empty)
            && n.Core.State.Members.All(m => m.Status == MemberStatus.Up)
            && n.Core.State.Members.Select(m => m.UniqueAddress).SequenceEqual(members.Select(a => a.Self).Order()));
    }

    public string Describe() => string.Join('\n', _nodes.OfType<SimulatedNode>().Select(n =>
        $"  {n.Self.Address.Host}#{n.Self.Uid} {(n.Alive ? "alive" : "dead")} leader {n.Core.State.Leader?.Address.Host} "
        + string.Join(", ", n.Core.State.Members.Select(m => $"{m.Address.Host}#{m.UniqueAddress.Uid} {m.Status} {m.UpNumber}"))
        + $" {n.Core.State.Gossip.Reachability}"));

    private void Start(int index)
    {
        if (_nodes[index] is { Alive: true })
            return;
        var node = new SimulatedNode(index, _addresses[index], _nextUid++, _plan.Monitors, _time, new Random(_random.Next()));
        _nodes[index] = node;
        Note($"start {node.Self.Address.Host}#{node.Self.Uid}");
        Every(node, TimeSpan.FromMilliseconds(250), () => Feed(node, new CoreInput.JoinTick()));
        Every(node, TickInterval, () => Feed(node, new CoreInput.GossipTick()));
        Every(node, TickInterval, () => Feed(node, new CoreInput.LeaderTick()));
        Every(node, TickInterval, () => Feed(node, new CoreInput.ReapTick()));
        Every(node, TickInterval, () => Beat(node));
        Every(node, TimeSpan.FromMilliseconds(500), () => Resolve(node));
        Every(node, TickInterval, () => FeedSingleton(node, new SingletonInput.Retry()));
        Feed(node, new CoreInput.JoinSeedNodes(_addresses));
    }

    private void Apply(Fault fault)
    {
        Note(fault.ToString());
        switch (fault)
        {
            case Fault.Crash crash when _nodes[crash.Node] is { } node: node.Alive = false; break;
            // A process that starts while the network is cut could not know of the cluster beyond the cut.
            case Fault.Restart restart when _partition == 0 && _brokenLink is null: Start(restart.Node); break;
            case Fault.Leave leave when _nodes[leave.Node] is { Alive: true } node: Feed(node, new CoreInput.Leave(node.Self.Address)); break;
            case Fault.Partition partition:
                _partition = partition.Mask;
                EndJoiningNodes();
                break;
            case Fault.BreakLink link:
                _brokenLink = link;
                EndJoiningNodes();
                break;
            case Fault.Heal:
                _partition = 0;
                _brokenLink = null;
                break;
            case Fault.Network network: _network = network; break;
        }
    }

    /// <summary>
    /// The first seed node would start a cluster of its own once it finds no other: seed nodes are a promise of a whole
    /// network at the start, and no resolver can mend what is two clusters from the beginning.
    /// </summary>
    private void EndJoiningNodes()
    {
        foreach (var joining in Alive.Where(n => !n.IsMember))
            joining.Alive = false;
    }

    private void Feed(SimulatedNode node, object input)
    {
        var before = node.Core.State;
        foreach (var effect in node.Core.Handle(input))
            Carry(node, effect, before);
    }

    private void Carry(SimulatedNode node, CoreEffect effect, MembershipState before)
    {
        switch (effect)
        {
            case CoreEffect.Send send: Transmit(node, send.To, send.Message); break;
            case CoreEffect.Publish publish:
                node.Heartbeats.Update(publish.State);
                node.Resolver.Update(publish.State, Now);
                FeedSingleton(node, publish.State);
                break;
            case CoreEffect.LeaderActed acted:
                Note($"{node.Self.Address.Host}#{node.Self.Uid} acts: {string.Join(", ", acted.Actions.Changed.Concat(acted.Actions.Removed))}");
                Oracle.LeaderActed(node, acted.Actions, Now);
                break;
            case CoreEffect.RunExitTasks:
                node.WaitsForSingleton = true;
                LeaveWhenSingletonIsDone(node);
                // The phase of the coordinated shutdown that waits for this has a time limit.
                After(Now + ExitTimeout, () => Feed(node, new CoreInput.ExitTasksDone()));
                break;
            case CoreEffect.Stop stop:
                node.Alive = false;
                Note($"{node.Self.Address.Host}#{node.Self.Uid} stops, {(stop.Downed ? "downed" : "left")}");
                break;
            case CoreEffect.Log log: Note($"{node.Self.Address.Host}#{node.Self.Uid} {log.Text}"); break;
            default: throw new InvalidOperationException($"{effect} in {before}");
        }
    }

    private void FeedSingleton(SimulatedNode node, object input)
    {
        if (!node.Alive)
            return;
        foreach (var effect in node.Singleton.Handle(input))
            Carry(node, effect);
    }

    private void Carry(SimulatedNode node, SingletonEffect effect)
    {
        switch (effect)
        {
            case SingletonEffect.Send send: TransmitToSingleton(node, send.To, send.Message); break;
            case SingletonEffect.StartSingleton:
                node.RunsSingleton = true;
                Note($"{node.Self.Address.Host}#{node.Self.Uid} starts the singleton");
                Oracle.SingletonStarted(node, Alive.Where(n => n.RunsSingleton), Now);
                break;
            case SingletonEffect.StopSingleton:
                After(Now + TimeSpan.FromMilliseconds(_random.Next(2_000)), () =>
                {
                    node.RunsSingleton = false;
                    Note($"{node.Self.Address.Host}#{node.Self.Uid} has stopped the singleton");
                    FeedSingleton(node, new SingletonInput.SingletonStopped());
                });
                break;
            case SingletonEffect.StartMargin margin:
                After(Now + _removalMargin, () => FeedSingleton(node, new SingletonInput.MarginPassed(margin.Node)));
                break;
            case SingletonEffect.ExitDone:
                node.SingletonIsDone = true;
                LeaveWhenSingletonIsDone(node);
                break;
        }
    }

    private void LeaveWhenSingletonIsDone(SimulatedNode node)
    {
        if (node.WaitsForSingleton && node.SingletonIsDone)
            After(Now, () => Feed(node, new CoreInput.ExitTasksDone()));
    }

    private void Beat(SimulatedNode node)
    {
        foreach (var (to, message) in node.Heartbeats.Tick(Now))
            Transmit(node, to, message);
    }

    private void Resolve(SimulatedNode node)
    {
        if (node.Resolver.Tick(Now) is not { } verdict)
            return;
        Note($"{node.Self.Address.Host}#{node.Self.Uid} decides {verdict.Decision}: {string.Join(", ", verdict.Down.Select(d => d.Address.Host))}");
        Feed(node, new CoreInput.Down([.. verdict.Down.Select(d => d.Address)]));
    }

    private void Transmit(SimulatedNode from, Address to, IClusterMessage message)
    {
        var bytes = ClusterMessageCodec.Write(message);
        var manifest = ClusterMessageCodec.Manifest(message);
        Transmit(() => Deliver(from.Index, to, manifest, bytes));
    }

    private void TransmitToSingleton(SimulatedNode from, UniqueAddress to, IClusterSingletonMessage message) => Transmit(() =>
    {
        if (At(from.Index, to.Address) is { } node)
            FeedSingleton(node, message);
    });

    private void Transmit(Action deliver)
    {
        var copies = _random.NextDouble() < _network.Duplication ? 2 : 1;
        for (var i = 0; i < copies; i++)
        {
            if (_random.NextDouble() < _network.Loss)
                continue;
            After(Now + TimeSpan.FromMilliseconds(1 + _random.Next(_network.MaxDelayMs)), deliver);
        }
    }

    private void Deliver(int from, Address to, string manifest, byte[] bytes)
    {
        if (At(from, to) is not { } node)
            return;
        switch (ClusterMessageCodec.Read(manifest, bytes))
        {
            case Heartbeat heartbeat: Transmit(node, heartbeat.From, new HeartbeatRsp(node.Self, heartbeat.SequenceNr)); break;
            case HeartbeatRsp response: node.Heartbeats.Answered(response.From); break;
            case var message: Feed(node, message); break;
        }
    }

    /// <summary>The process at an address, if it runs and is not cut off from the sender.</summary>
    private SimulatedNode? At(int from, Address to)
    {
        var index = _addresses.IndexOf(to);
        return _nodes[index] is { Alive: true } node && !IsCut(from, index) ? node : null;
    }

    private bool IsCut(int a, int b) =>
        ((_partition >> a) & 1) != ((_partition >> b) & 1)
        || (_brokenLink is { } link && ((link.One == a && link.Other == b) || (link.One == b && link.Other == a)));

    private void Every(SimulatedNode node, TimeSpan interval, Action action)
    {
        After(Now + (interval * _random.NextDouble()), Tick);

        void Tick()
        {
            if (!node.Alive)
                return;
            action();
            After(Now + interval, Tick);
        }
    }

    private void After(TimeSpan at, Action action) => _queue.Enqueue(action, (at, _order++));

    private void Note(string text) => _trace.Append($"{Now.TotalSeconds,8:0.000} ").AppendLine(text);
}
