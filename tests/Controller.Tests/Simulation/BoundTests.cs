using Trapline.Controller.Model.Events;
using Trapline.Controller.Reconciliation;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Tests.Simulation;

/// <summary>What is remembered of lives that are over is bounded by what there is now, however many there were.</summary>
public sealed class BoundTests
{
    private const int Hosts = 5;
    private const int Lives = 60;

    /// <summary>Each host dies again and again, seen or unseen, and a host that nobody will hear of again is removed each time.</summary>
    [Fact]
    public void Keepers_and_controller_remember_as_many_boots_as_there_are_hosts()
    {
        var random = new Random(1);
        var cluster = new SimulatedCluster(seed: 1, keepers: 3);
        for (var i = 0; i < Hosts; i++)
            cluster.AddHost($"h{i}", new Resources(3200, 16384));
        cluster.Time.RunUntil(TimeSpan.FromSeconds(3));
        for (var i = 0; i < 10; i++)
            cluster.Controller.Accept(new VmDefined(cluster.Controller.Utc, new VmId($"vm{i}"), new VmSpec($"vm{i}", new ImageName("minios"), "standard.small", Restart: RestartPolicy.Always)));

        for (var life = 1; life <= Lives; life++)
        {
            var passing = cluster.AddHost($"passing{life}", new Resources(1, 1));
            var host = cluster.Hosts[new HostId($"h{life % Hosts}")];
            cluster.Time.RunUntil(cluster.Time.Now + TimeSpan.FromSeconds(1));
            host.Kill();
            passing.Kill();
            if (random.Next(2) == 0)
                cluster.ToController("launcher", new HostDied(host.Id, host.Boot, "the launcher saw it exit"));
            cluster.Time.RunUntil(cluster.Time.Now + TimeSpan.FromSeconds(random.Next(2, 7)));
            host.Start();
            cluster.Controller.Accept(new HostRemoved(cluster.Controller.Utc, passing.Id));
            cluster.Time.RunUntil(cluster.Time.Now + TimeSpan.FromSeconds(2));
            Assert.True(cluster.Auditor.Complaints.Count == 0, string.Join('\n', cluster.Auditor.Complaints));
        }

        cluster.Time.RunUntil(cluster.Time.Now + TimeSpan.FromSeconds(20));
        Assert.All(cluster.Keepers, keeper => Assert.Equal(Hosts, keeper.KnownBoots));
        Assert.Empty(cluster.Controller.Observed.Deaths);
        Assert.Equal(Hosts, cluster.Controller.Observed.Hosts.Count);
        Assert.Equal(Hosts, cluster.Controller.Model.Hosts.Count);
        Assert.All(cluster.Controller.Model.Vms.Keys, vm => Assert.NotNull(cluster.Auditor.RunsOn(vm)));
    }

    /// <summary>A verdict or a witness that comes late, about a life that the model has done with, is not kept.</summary>
    [Fact]
    public void Evidence_is_forgotten_when_the_model_has_it_and_with_the_host()
    {
        var (host, other) = (new HostId("a"), new HostId("b"));
        var (first, second) = (new BootId("b00000001"), new BootId("b00000002"));
        var observed = Observed.Nothing.WithDeath(host, second, "seen").WithDeath(host, first, "late").WithDeath(other, first, "seen");
        Assert.Equal(new Death(second, "seen"), observed.Deaths[host]);
        Assert.Same(observed, observed.After(new HostLost(default, host, first, "an earlier one")));
        Assert.Equal([other], observed.After(new HostLost(default, host, second, "seen")).Deaths.Keys);
        Assert.Equal([other], observed.After(new HostRemoved(default, host)).Deaths.Keys);
    }
}
