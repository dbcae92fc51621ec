using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Reconciliation;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Tests.Simulation;

/// <summary>
/// Random faults in virtual time, replayed by seed: no VM ever executes twice, and when the faults are over everything that should run does.
/// A long run: <c>TRAPLINE_SIMULATION_SEEDS=5000 TRAPLINE_SIMULATION_FIRST=1 dotnet test tests/Controller.Tests -c Release --filter RandomFaultTests</c>;
/// <c>TRAPLINE_SIMULATION_CROWDS=20</c> for as many clusters of thousands of hosts.
/// </summary>
public sealed class RandomFaultTests
{
    private static readonly Size Small = new(Vms: 30, FaultsAtOnce: 1, FaultTime: TimeSpan.FromSeconds(120), QuietTime: TimeSpan.FromSeconds(90), PlanDelay: TimeSpan.Zero);
    private static readonly Size Crowd = new(Vms: 3_000, FaultsAtOnce: 80, FaultTime: TimeSpan.FromSeconds(15), QuietTime: TimeSpan.FromSeconds(45), PlanDelay: TimeSpan.FromMilliseconds(100));
    private static readonly TimeSpan MoveTimeout = TimeSpan.FromSeconds(30);

    [Fact]
    public void No_vm_executes_twice_and_all_come_back()
    {
        foreach (var seed in Seeds("TRAPLINE_SIMULATION_SEEDS", 40))
            Run(seed, hosts: 3 + (seed % 6), Small);
    }

    [Fact]
    public void No_vm_executes_twice_and_all_come_back_on_thousands_of_hosts()
    {
        foreach (var seed in Seeds("TRAPLINE_SIMULATION_CROWDS", 1))
            Run(seed, hosts: 2_000, Crowd);
    }

    [Fact]
    public void Five_hundred_hosts_lose_a_tenth_of_themselves()
    {
        var cluster = new SimulatedCluster(seed: 1, keepers: 3);
        for (var i = 0; i < 500; i++)
            cluster.AddHost($"h{i:0000}", new Resources(800, 4096));
        cluster.Time.RunUntil(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 1000; i++)
            Define(cluster, i, RestartPolicy.Always);
        cluster.Time.RunUntil(TimeSpan.FromSeconds(20));
        foreach (var host in cluster.Hosts.Values.Where((_, i) => i % 10 == 0))
            host.Kill();
        cluster.Time.RunUntil(TimeSpan.FromSeconds(40));
        Check(cluster, 1000, seed: 1);
    }

    private static IEnumerable<int> Seeds(string variable, int count) => Enumerable.Range(
        int.Parse(Environment.GetEnvironmentVariable("TRAPLINE_SIMULATION_FIRST") ?? "1"),
        int.Parse(Environment.GetEnvironmentVariable(variable) ?? $"{count}"));

    private static void Run(int seed, int hosts, Size size)
    {
        var random = new Random(seed);
        var cluster = new SimulatedCluster(seed, keepers: (seed % 3) switch { 0 => 1, 1 => 3, _ => 5 }, new ReconcilerSettings { MoveTimeout = MoveTimeout })
        {
            Network = { MinDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(random.Next(2, 400)), Loss = random.NextDouble() * 0.2, Duplication = random.NextDouble() * 0.2 },
            PlanDelay = size.PlanDelay,
        };
        for (var i = 0; i < hosts; i++)
            cluster.AddHost($"h{i}", new Resources(3200, 16384));
        for (var i = 0; i < size.Vms; i++)
            Define(cluster, i, RestartPolicy.Always);
        var faults = new RandomFaults(cluster, random);
        while (cluster.Time.Now < size.FaultTime)
        {
            cluster.Time.RunUntil(cluster.Time.Now + TimeSpan.FromMilliseconds(random.Next(50, 4000)));
            for (var i = 0; i < size.FaultsAtOnce; i++)
                faults.Next();
            Assert.True(cluster.Auditor.Complaints.Count == 0, $"seed {seed}: {string.Join('\n', cluster.Auditor.Complaints)}\n{Story(cluster, 200)}");
        }

        faults.End();
        cluster.Time.RunUntil(size.FaultTime + size.QuietTime);
        Check(cluster, size.Vms, seed);
        NothingIsLeft(cluster, size.Vms, seed);
    }

    /// <summary>The next host that starts finds what processes left that died while they deleted or moved, and it goes.</summary>
    private static void NothingIsLeft(SimulatedCluster cluster, int vms, int seed)
    {
        var host = cluster.Hosts.Values.First();
        host.Kill();
        host.Start();
        cluster.Time.RunUntil(cluster.Time.Now + TimeSpan.FromSeconds(30));
        Check(cluster, vms, seed);
        Assert.True(cluster.Moves.Count == 0, $"seed {seed}: {string.Join(", ", cluster.Moves)}");
        var left = cluster.Volumes.Except(cluster.Controller.Model.Vms.Keys).ToList();
        Assert.True(left.Count == 0, $"seed {seed}: {string.Join(", ", left)}");
        Assert.Empty(cluster.Controller.Model.Strangers);
    }

    /// <summary>The last decisions before a failure.</summary>
    private static string Story(SimulatedCluster cluster, int lines) =>
        string.Join('\n', cluster.Log.TakeLast(lines).Select(l => $"{l.At.TotalSeconds,8:0.000} {l.Event}"));

    private static void Define(SimulatedCluster cluster, int number, RestartPolicy restart)
    {
        var spec = new VmSpec($"vm{number:0000}", new ImageName("minios"), "standard.small", Restart: restart);
        cluster.Controller.Accept(new VmDefined(cluster.Controller.Utc, new VmId($"vm{number:0000}"), spec));
    }

    private static void Check(SimulatedCluster cluster, int vms, int seed)
    {
        Assert.True(cluster.Auditor.Complaints.Count == 0, $"seed {seed}: {string.Join('\n', cluster.Auditor.Complaints)}");
        Assert.Equal(vms, cluster.Controller.Model.Vms.Count);
        var idle = cluster.Controller.Model.Vms.Values.Where(v => !v.CrashLoop && v.Desired == DesiredState.Running && !cluster.Auditor.Executes(v.Id)).ToList();
        Assert.True(idle.Count == 0, $"seed {seed}: {string.Join('\n', idle)}");
        Replays(cluster);
    }

    private static void Replays(SimulatedCluster cluster)
    {
        var replayed = cluster.Controller.Journal.Aggregate(ClusterModel.Empty, (model, e) => model.Apply(e));
        Assert.Equal(cluster.Controller.Model.Vms.Values, replayed.Vms.Values);
        Assert.Equal(cluster.Controller.Model.Hosts.Values, replayed.Hosts.Values);
    }

    /// <summary>How many VMs a run has, how many faults come at a time and for how long, what time there is to mend them, and how long plans wait.</summary>
    private sealed record Size(int Vms, int FaultsAtOnce, TimeSpan FaultTime, TimeSpan QuietTime, TimeSpan PlanDelay);
}
