using Trapline.Controller.Model.Events;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Tests.Simulation;

/// <summary>
/// A host that is cut off, in each direction and at any moment: its VMs execute elsewhere within 5 s, and never in two places.
/// </summary>
public sealed class PartitionTests
{
    private const int Vms = 12;
    private const int Seeds = 60;
    private static readonly TimeSpan Bar = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void What_ran_on_a_host_that_is_cut_off_executes_elsewhere_within_5_s(bool isNotHeard, bool hearsNothing)
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var (cluster, random) = Start(seed);
            var host = new HostId($"h{random.Next(cluster.Hosts.Count)}");
            cluster.Time.RunUntil(TimeSpan.FromSeconds(20) + TimeSpan.FromMilliseconds(random.Next(2000)));
            var there = cluster.Controller.Model.Vms.Keys.Where(vm => cluster.Auditor.RunsOn(vm) == host.Value).ToList();
            Assert.NotEmpty(there);
            CutOff(cluster, host, isNotHeard, hearsNothing);
            var cutAt = cluster.Time.Now;
            while (there.Exists(vm => cluster.Auditor.RunsOn(vm) is not { } now || now == host.Value))
            {
                cluster.Time.RunUntil(cluster.Time.Now + Step);
                Assert.True(cluster.Time.Now - cutAt < Bar, $"seed {seed}: {string.Join(", ", there.Where(vm => cluster.Auditor.RunsOn(vm) is not { } now || now == host.Value))}");
            }

            // The host comes back, and its stale copies go.
            cluster.Network.Heal();
            cluster.Time.RunUntil(cluster.Time.Now + TimeSpan.FromSeconds(10));
            Assert.True(cluster.Auditor.Complaints.Count == 0, $"seed {seed}: {string.Join('\n', cluster.Auditor.Complaints)}");
            Assert.All(cluster.Controller.Model.Vms.Keys, vm => Assert.NotNull(cluster.Auditor.RunsOn(vm)));
        }
    }

    /// <summary>A cut that is shorter than a host holds its lease pauses nothing, and a host that hears again goes on.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Guests_execute_through_a_cut_of_a_second_and_a_half(bool isNotHeard, bool hearsNothing)
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var (cluster, random) = Start(seed);
            var host = new HostId($"h{random.Next(cluster.Hosts.Count)}");
            cluster.Time.RunUntil(TimeSpan.FromSeconds(20) + TimeSpan.FromMilliseconds(random.Next(2000)));
            CutOff(cluster, host, isNotHeard, hearsNothing);
            cluster.Time.RunUntil(cluster.Time.Now + TimeSpan.FromSeconds(1.5));
            cluster.Network.Heal();
            cluster.Time.RunUntil(cluster.Time.Now + TimeSpan.FromSeconds(10));
            Assert.All(cluster.Controller.Model.Vms.Values, vm => Assert.Equal(1, vm.Incarnation.Value));
            Assert.All(cluster.Controller.Model.Vms.Keys, vm => Assert.Equal(TimeSpan.Zero, cluster.Auditor.LongestGap(vm, cluster.Time.Now)));
        }
    }

    /// <summary>Three to five hosts that run all VMs, with one, three or five keepers.</summary>
    private static (SimulatedCluster Cluster, Random Random) Start(int seed)
    {
        var random = new Random(seed);
        var cluster = new SimulatedCluster(seed, keepers: (seed % 3) switch { 0 => 1, 1 => 3, _ => 5 })
        {
            Network = { MinDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(random.Next(2, 50)) },
        };
        for (var i = 0; i < 3 + (seed % 3); i++)
            cluster.AddHost($"h{i}", new Resources(3200, 16384));
        cluster.Time.RunUntil(TimeSpan.FromSeconds(2) + TimeSpan.FromMilliseconds(random.Next(500)));
        for (var i = 0; i < Vms; i++)
            cluster.Controller.Accept(new VmDefined(cluster.Controller.Utc, new VmId($"vm{i:00}"), new VmSpec($"vm{i:00}", new ImageName("minios"), "standard.small", Restart: RestartPolicy.Always)));
        return (cluster, random);
    }

    private static void CutOff(SimulatedCluster cluster, HostId host, bool isNotHeard, bool hearsNothing)
    {
        foreach (var other in cluster.KeeperNames.Append(SimulatedController.Name))
        {
            if (isNotHeard)
                cluster.Network.Cut(host.Value, other);
            if (hearsNothing)
                cluster.Network.Cut(other, host.Value);
        }
    }
}
