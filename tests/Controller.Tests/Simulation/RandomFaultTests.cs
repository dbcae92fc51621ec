using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Reconciliation;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Tests.Simulation;

/// <summary>
/// Random faults in virtual time, replayed by seed: no VM ever executes twice, and when the faults are over everything that should run does.
/// A long run: <c>TRAPLINE_SIMULATION_SEEDS=5000 TRAPLINE_SIMULATION_FIRST=1 dotnet test tests/Controller.Tests -c Release --filter RandomFaultTests</c>.
/// </summary>
public sealed class RandomFaultTests
{
    private const int Vms = 30;
    private static readonly TimeSpan FaultTime = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan MoveTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(90);

    [Fact]
    public void No_vm_executes_twice_and_all_come_back()
    {
        var seeds = int.Parse(Environment.GetEnvironmentVariable("TRAPLINE_SIMULATION_SEEDS") ?? "40");
        var first = int.Parse(Environment.GetEnvironmentVariable("TRAPLINE_SIMULATION_FIRST") ?? "1");
        for (var seed = first; seed < first + seeds; seed++)
            Run(seed, hosts: 3 + (seed % 6));
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

    private static void Run(int seed, int hosts)
    {
        var random = new Random(seed);
        var cluster = new SimulatedCluster(seed, keepers: (seed % 3) switch { 0 => 1, 1 => 3, _ => 5 }, new ReconcilerSettings { MoveTimeout = MoveTimeout })
        {
            Network = { MinDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(random.Next(2, 400)), Loss = random.NextDouble() * 0.2, Duplication = random.NextDouble() * 0.2 },
        };
        for (var i = 0; i < hosts; i++)
            cluster.AddHost($"h{i}", new Resources(3200, 16384));
        for (var i = 0; i < Vms; i++)
            Define(cluster, i, RestartPolicy.Always);
        var faults = new RandomFaults(cluster, random);
        while (cluster.Time.Now < FaultTime)
        {
            cluster.Time.RunUntil(cluster.Time.Now + TimeSpan.FromMilliseconds(random.Next(50, 4000)));
            faults.Next();
            Assert.True(cluster.Auditor.Complaints.Count == 0, $"seed {seed}: {string.Join('\n', cluster.Auditor.Complaints)}\n{Story(cluster, 200)}");
        }

        faults.End();
        cluster.Time.RunUntil(FaultTime + QuietTime);
        Check(cluster, Vms, seed);
        NothingIsLeft(cluster, seed);
    }

    /// <summary>The next host that starts finds what processes left that died while they deleted or moved, and it goes.</summary>
    private static void NothingIsLeft(SimulatedCluster cluster, int seed)
    {
        var host = cluster.Hosts.Values.First();
        host.Kill();
        host.Start();
        cluster.Time.RunUntil(cluster.Time.Now + TimeSpan.FromSeconds(30));
        Check(cluster, Vms, seed);
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
}
