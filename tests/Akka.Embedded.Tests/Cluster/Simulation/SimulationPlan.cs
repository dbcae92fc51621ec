namespace Akka.Embedded.Tests.Cluster.Simulation;

/// <summary>One thing that goes wrong, or right again.</summary>
internal abstract record Fault
{
    public sealed record Crash(int Node) : Fault;

    public sealed record Restart(int Node) : Fault;

    public sealed record Leave(int Node) : Fault;

    /// <summary>Splits the nodes into those of the mask and the others.</summary>
    public sealed record Partition(int Mask) : Fault;

    /// <summary>Breaks the link between two nodes that otherwise reach everybody.</summary>
    public sealed record BreakLink(int One, int Other) : Fault;

    public sealed record Heal : Fault;

    /// <summary>Messages are lost, doubled and delayed as given.</summary>
    public sealed record Network(double Loss, double Duplication, int MaxDelayMs) : Fault;
}

/// <summary>
/// What happens in one run, drawn from its seed: the size of the cluster and a list of faults, each at its time. Faults
/// end at <see cref="CalmFrom"/>; from then on the network is whole and every node runs.
/// </summary>
internal sealed record SimulationPlan(int Seed, int Nodes, int Monitors, IReadOnlyList<(TimeSpan At, Fault Fault)> Faults, TimeSpan CalmFrom)
{
    /// <summary>Longer than it takes to detect a partition, to wait until it is stable, and to carry the decision to everybody.</summary>
    private const int SettleMs = 40_000;

    public static SimulationPlan FromSeed(int seed)
    {
        var random = new Random(seed);
        var nodes = random.Next(3, 8);
        var monitors = random.Next(2, 6);
        var faults = new List<(TimeSpan, Fault)>();
        var at = 15_000;
        var count = random.Next(2, 7);
        for (var i = 0; i < count; i++)
            at = Add(faults, random, nodes, at);
        return new SimulationPlan(seed, nodes, monitors, faults, TimeSpan.FromMilliseconds(at));
    }

    public override string ToString() => $"seed {Seed}: {Nodes} nodes watched by {Monitors}; "
        + string.Join("; ", Faults.Select(f => $"{f.At.TotalSeconds:0.0}s {f.Fault}")) + $"; calm from {CalmFrom.TotalSeconds:0.0}s";

    private static int Add(List<(TimeSpan, Fault)> faults, Random random, int nodes, int at)
    {
        void Put(int ms, Fault fault) => faults.Add((TimeSpan.FromMilliseconds(ms), fault));
        var node = random.Next(nodes);
        switch (random.Next(7))
        {
            case 0: // a crash, and a new process at the same address
                Put(at, new Fault.Crash(node));
                Put(at + random.Next(100, 20_000), new Fault.Restart(node));
                return at + random.Next(1_000, SettleMs);
            case 1: // a short cut, mostly too short to be decided upon
                Put(at, new Fault.Partition(random.Next(1, (1 << nodes) - 1)));
                at += random.Next(200, 8_000);
                Put(at, new Fault.Heal());
                return at + random.Next(1_000, SettleMs);
            case 2: // a long cut
                Put(at, new Fault.Partition(random.Next(1, (1 << nodes) - 1)));
                at += random.Next(8_000, SettleMs * 2);
                Put(at, new Fault.Heal());
                return at + SettleMs;
            case 3:
                Put(at, new Fault.Leave(node));
                Put(at + random.Next(1_000, 30_000), new Fault.Restart(node));
                return at + random.Next(500, 20_000);
            case 4: // a bad network for a while
                Put(at, new Fault.Network(random.NextDouble() * 0.3, random.NextDouble() * 0.3, random.Next(5, 1_500)));
                at += random.Next(5_000, 30_000);
                Put(at, new Fault.Network(0, 0, 20));
                return at + random.Next(1_000, SettleMs);
            case 5: // one broken link
                Put(at, new Fault.BreakLink(node, (node + random.Next(1, nodes)) % nodes));
                at += random.Next(2_000, SettleMs * 2);
                Put(at, new Fault.Heal());
                return at + SettleMs;
            default: // a cut, and a crash meanwhile
                Put(at, new Fault.Partition(random.Next(1, (1 << nodes) - 1)));
                Put(at + random.Next(100, 10_000), new Fault.Crash(node));
                at += random.Next(12_000, SettleMs * 2);
                Put(at, new Fault.Heal());
                return at + SettleMs;
        }
    }
}
