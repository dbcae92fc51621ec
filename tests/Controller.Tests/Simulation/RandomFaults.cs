using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Reconciliation;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Tests.Simulation;

/// <summary>What can go wrong, one thing at a time, and its end.</summary>
internal sealed class RandomFaults(SimulatedCluster cluster, Random random)
{
    public void Next()
    {
        var host = Pick(cluster.Hosts.Values.ToList());
        switch (random.Next(17))
        {
            case 0 when host.IsUp:
                host.Kill();
                if (random.Next(2) == 0)
                    cluster.ToController("launcher", new HostDied(host.Id, host.Boot, "the launcher saw it exit"));
                break;
            case 1 when !host.IsUp:
                host.Start();
                break;
            case 2 when host is { IsUp: true, IsSuspended: false }:
                host.Suspend();
                cluster.Time.After(TimeSpan.FromSeconds(random.NextDouble() * 10), host.Resume);
                break;
            case 3 when cluster.Controller.IsUp:
                cluster.Controller.Kill();
                cluster.Time.After(TimeSpan.FromSeconds(random.NextDouble() * 8), StartController);
                break;
            case 4:
                RestartKeeper(Pick(cluster.KeeperNames.ToList()));
                break;
            case 5:
                CutOff(host.Id.Value, random.Next(1, 4));
                break;
            case 6:
                cluster.Network.Heal();
                break;
            case 7 or 8:
                EndGuest(random.Next(2) == 0 ? EndReason.GuestPanic : EndReason.GuestReset);
                break;
            case 9 when cluster.Controller.IsUp:
                MoveSomething();
                break;
            case 10 when cluster.Controller.IsUp:
                cluster.Controller.Accept(new HostScheduling(cluster.Controller.Utc, host.Id, (HostAvailability)random.Next(3), "by the test"));
                break;
            case 11 when cluster.Controller.IsUp:
                StopAndStart();
                break;
            case 12 when cluster.Controller.IsUp:
                AbortSomething();
                break;
            case 13 when cluster.Controller.IsUp:
                Replace();
                break;
            case 14:
                host.SaveTime = random.Next(3) == 0 ? TimeSpan.FromHours(1) : TimeSpan.FromMilliseconds(random.Next(5000));
                break;
            case 15 when host is { IsUp: true, IsSuspended: false, IsEnding: false }:
                End(host);
                break;
            case 16:
                cluster.Time.SetWallClock(TimeSpan.FromSeconds((random.NextDouble() - 0.5) * (random.Next(2) == 0 ? 20 : 20_000)));
                break;
        }
    }

    /// <summary>The faults are over: the network is whole, every process runs, every host takes VMs.</summary>
    public void End()
    {
        cluster.Network.Heal();
        cluster.Network.Loss = 0;
        cluster.Network.Duplication = 0;
        StartController();
        foreach (var host in cluster.Hosts.Values)
        {
            if (host.IsEnding)
                host.Kill();
            if (!host.IsUp)
                host.Start();
            if (host.IsSuspended)
                host.Resume();
            host.SaveTime = TimeSpan.FromMilliseconds(200);
            cluster.Controller.Accept(new HostScheduling(cluster.Controller.Utc, host.Id, HostAvailability.Schedulable, "by the test"));
        }

        foreach (var vm in cluster.Controller.Model.Vms.Values.Where(v => v.CrashLoop))
            cluster.Controller.Accept(new DesiredStateChanged(cluster.Controller.Utc, vm.Id, DesiredState.Running));
    }

    /// <summary>SIGTERM: its VMs go elsewhere for as long as it lets them, and then it is gone.</summary>
    private void End(SimulatedHost host)
    {
        host.End();
        cluster.Time.After(TimeSpan.FromSeconds(random.NextDouble() * 20), () =>
        {
            if (host is { IsUp: true, IsEnding: true })
                host.Kill();
        });
    }

    private void StartController()
    {
        if (!cluster.Controller.IsUp)
            cluster.Controller.Start();
    }

    private void RestartKeeper(string name)
    {
        cluster.KillKeeper(name);
        cluster.Time.After(TimeSpan.FromSeconds(random.NextDouble() * 3), () => cluster.StartKeeper(name));
    }

    /// <summary>Cuts a host off from everyone, or in one direction only.</summary>
    private void CutOff(string host, int directions)
    {
        foreach (var other in cluster.KeeperNames.Append(SimulatedController.Name))
        {
            if ((directions & 1) != 0)
                cluster.Network.Cut(host, other);
            if ((directions & 2) != 0)
                cluster.Network.Cut(other, host);
        }
    }

    private void EndGuest(EndReason reason)
    {
        var vm = Pick(cluster.Controller.Model.Vms.Values.ToList());
        if (vm.Assignment is { } assignment)
            cluster.Hosts[assignment.Host].EndGuest(vm.Id, reason);
    }

    private void MoveSomething()
    {
        var vm = Pick(cluster.Controller.Model.Vms.Values.ToList());
        var target = Pick(cluster.Hosts.Keys.ToList());
        if (vm is { Assignment: { Started: true } assignment, Move: null } && assignment.Host != target && cluster.Controller.Model.Hosts.ContainsKey(target))
            cluster.Controller.Accept(new MoveStarted(cluster.Controller.Utc, vm.Id, MoveIds.Next(vm), assignment.Host, target, "by the test"));
    }

    private void AbortSomething()
    {
        var moving = cluster.Controller.Model.Vms.Values.Where(vm => vm.Move is not null).ToList();
        if (moving.Count == 0)
            return;
        var vm = Pick(moving);
        cluster.Controller.Accept(new MoveAborted(cluster.Controller.Utc, vm.Id, vm.Move!.Id, "by the test", RetryAt: cluster.Controller.Utc + TimeSpan.FromMinutes(1), TakenBack: random.Next(2) == 0));
    }

    /// <summary>A VM goes for good, and another comes.</summary>
    private void Replace()
    {
        var vm = Pick(cluster.Controller.Model.Vms.Values.ToList());
        if (vm.Desired == DesiredState.Terminated)
            return;
        var number = cluster.Controller.Model.Generation;
        cluster.Controller.Accept(new DesiredStateChanged(cluster.Controller.Utc, vm.Id, DesiredState.Terminated));
        cluster.Controller.Accept(new VmDefined(cluster.Controller.Utc, new VmId($"new{number:000000}"), vm.Spec with { Name = $"new{number:000000}" }));
    }

    private void StopAndStart()
    {
        var vm = Pick(cluster.Controller.Model.Vms.Values.ToList());
        if (vm.Desired == DesiredState.Terminated)
            return;
        cluster.Controller.Accept(new DesiredStateChanged(cluster.Controller.Utc, vm.Id, DesiredState.Stopped));
        cluster.Time.After(TimeSpan.FromSeconds(random.NextDouble()), () =>
        {
            StartController();
            if (cluster.Controller.Model.Vms.GetValueOrDefault(vm.Id) is { Desired: DesiredState.Stopped })
                cluster.Controller.Accept(new DesiredStateChanged(cluster.Controller.Utc, vm.Id, DesiredState.Running));
        });
    }

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
