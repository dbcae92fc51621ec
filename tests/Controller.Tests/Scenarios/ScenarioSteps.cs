using System.Globalization;
using Trapline.Controller.Balancing;
using Trapline.Controller.Commands;
using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Placement;
using Trapline.Controller.Reconciliation;
using Trapline.Controller.Tests.Simulation;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Tests.Scenarios;

/// <summary>
/// The words of a scenario, each line <c>SECONDS WORD ARGUMENTS</c> in order of time:
/// <code>
///   host NAME [cpu=N] [memory=MIB]      a new host                    run VM [type=T] [restart=P] [group=G] [affinity=A]
///   kill HOST [seen]                    its process dies (seen: the launcher says so)
///   boot HOST                           its process starts again      suspend HOST, resume HOST
///   sigterm HOST                        its process is told to end: it wants its VMs elsewhere, until it is killed
///   cut A B, cut A >B                   no messages, or none from A to B          heal
///   controller kill|start               keeper kill|start NAME
///   controller lose-journal             while it is dead: its next life knows nothing
///   leftover VM|MOVE                    an earlier life of some host left volumes of a VM, or what a move carried: found when hosts look
///   discard VM                          a user wants what is left of it gone
///   carried MOVE kept|deleted           what must be so now
///   clock SECONDS                       somebody sets the controllers' wall clock forward, or back
///   saves HOST SECONDS|never            how long a VM takes there to be saved for a move; never: there is no room
///   disk HOST MIB                       what its data folder has room for from now on
///   panic|hang|reset|poweroff VM        the guest ends by itself      stop|start|terminate VM
///   remove HOST                         a user has the cluster forget it
///   cordon|drain|uncordon HOST          move VM HOST, abort VM        balance
///   expect VM on HOST|nowhere           what must be so now           end
///   volumes VM kept|deleted             likewise
///   wanted VM STATE                     likewise
/// </code>
/// </summary>
internal sealed class ScenarioSteps
{
    public SimulatedCluster Cluster { get; } = new(seed: 1, keepers: 3, new ReconcilerSettings { StartsPerHost = 2, CrashLoopAfter = 4 });

    public void Run(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Cluster.Time.RunUntil(TimeSpan.FromSeconds(Seconds(words[0])));
        var arguments = words[2..];
        switch (words[1])
        {
            case "host":
                Cluster.AddHost(arguments[0], new Resources(Number(arguments, "cpu", 400), Number(arguments, "memory", 4096)));
                break;
            case "run":
                Define(arguments);
                break;
            case "cut":
                Cut(arguments[0], arguments[1]);
                break;
            case "heal":
                Cluster.Network.Heal();
                break;
            case "expect":
                Expect(line, new VmId(arguments[0]), arguments[^1]);
                break;
            case "volumes":
                Assert.True(Cluster.Volumes.Contains(new VmId(arguments[0])) == (arguments[1] == "kept"), $"{line}: they are not");
                break;
            case "wanted":
                Assert.True(Words.Of(Vm(arguments[0]).Desired) == arguments[1], $"{line}: it is {Vm(arguments[0]).Desired}");
                break;
            case "carried":
                Assert.True(Cluster.Moves.Contains(new MoveId(arguments[0])) == (arguments[1] == "kept"), $"{line}: it is not");
                break;
            case "end":
                break;
            default:
                Act(words[1], arguments);
                break;
        }
    }

    private void Act(string word, string[] arguments)
    {
        switch (word)
        {
            case "kill" or "boot" or "suspend" or "resume" or "sigterm":
                ToHost(word, Host(arguments[0]), arguments.Contains("seen", StringComparer.Ordinal));
                break;
            case "leftover":
                if (new MoveId(arguments[0]).Vm is null)
                    Cluster.Volumes.Add(new VmId(arguments[0]));
                else
                    Cluster.Moves.Add(new MoveId(arguments[0]));
                break;
            case "disk":
                Host(arguments[0]).Disk = new DiskSpace(long.Parse(arguments[1], CultureInfo.InvariantCulture), 10_240);
                break;
            case "clock":
                Cluster.Time.SetWallClock(TimeSpan.FromSeconds(Seconds(arguments[0])));
                break;
            case "saves":
                Host(arguments[0]).SaveProblem = arguments[1] == "never" ? "no space left" : null;
                if (arguments[1] != "never")
                    Host(arguments[0]).SaveTime = TimeSpan.FromSeconds(Seconds(arguments[1]));
                break;
            case "controller" or "keeper":
                ToController(word, arguments);
                break;
            case "panic" or "hang" or "reset" or "poweroff":
                EndGuest(word, Vm(arguments[0]));
                break;
            case "balance":
                Balance();
                break;
            default:
                Accept(word, arguments);
                break;
        }
    }

    private void ToHost(string word, SimulatedHost host, bool seen)
    {
        var boot = host.Boot;
        Action act = word switch { "kill" => host.Kill, "boot" => host.Start, "suspend" => host.Suspend, "sigterm" => host.End, _ => host.Resume };
        act();
        if (seen)
            Cluster.ToController("launcher", new HostDied(host.Id, boot, "the launcher saw it exit"));
    }

    private void ToController(string word, string[] arguments)
    {
        Action act = (word, arguments[0]) switch
        {
            ("controller", "kill") => Cluster.Controller.Kill,
            ("controller", "lose-journal") => Cluster.Controller.LoseJournal,
            ("controller", _) => Cluster.Controller.Start,
            (_, "kill") => () => Cluster.KillKeeper(arguments[1]),
            _ => () => Cluster.StartKeeper(arguments[1]),
        };
        act();
    }

    private void EndGuest(string word, VmRecord vm)
    {
        var reason = word switch { "panic" => EndReason.GuestPanic, "hang" => EndReason.GuestHang, "reset" => EndReason.GuestReset, _ => EndReason.PoweredOff };
        Assert.True(Host(vm.Assignment!.Host.Value).EndGuest(vm.Id, reason), $"{vm.Id} does not execute");
    }

    private void Accept(string word, string[] arguments)
    {
        var now = Cluster.Controller.Utc;
        Cluster.Controller.Accept(word switch
        {
            "stop" => new DesiredStateChanged(now, Vm(arguments[0]).Id, DesiredState.Stopped),
            "start" => new DesiredStateChanged(now, Vm(arguments[0]).Id, DesiredState.Running),
            "terminate" => new DesiredStateChanged(now, Vm(arguments[0]).Id, DesiredState.Terminated),
            "cordon" => new HostScheduling(now, new HostId(arguments[0]), HostAvailability.Cordoned, "by the user"),
            "drain" => new HostScheduling(now, new HostId(arguments[0]), HostAvailability.Draining, "by the user"),
            "uncordon" => new HostScheduling(now, new HostId(arguments[0]), HostAvailability.Schedulable, "by the user"),
            "remove" => new HostRemoved(now, new HostId(arguments[0])),
            "move" => Move(Vm(arguments[0]), new HostId(arguments[1]), "by the user"),
            "discard" => new VolumesUnwanted(now, new VmId(arguments[0])),
            "abort" => new MoveAborted(now, Vm(arguments[0]).Id, Vm(arguments[0]).Move!.Id, "by the user", RetryAt: now + new AdmissionSettings().RestAfterCancel, TakenBack: true),
            _ => throw new ArgumentException($"'{word}' is no word of a scenario."),
        });
    }

    private void Balance()
    {
        foreach (var move in Balancer.Propose(Cluster.Controller.Model, _ => HostReadiness.Ready, Cluster.Controller.Utc, new BalancerSettings { MovesAtOnce = 4 }))
            Cluster.Controller.Accept(Move(Cluster.Controller.Model.Vms[move.Vm], move.To, $"balance, gain {move.Gain.ToString("0.000", CultureInfo.InvariantCulture)}"));
    }

    private MoveStarted Move(VmRecord vm, HostId to, string reason) =>
        new(Cluster.Controller.Utc, vm.Id, MoveIds.Next(vm), vm.Assignment!.Host, to, reason);

    private void Define(string[] arguments)
    {
        var spec = new VmSpec(
            arguments[0],
            new ImageName("minios"),
            Text(arguments, "type", "standard.small"),
            Restart: Enum.Parse<RestartPolicy>(Text(arguments, "restart", "Always"), ignoreCase: true),
            Group: Text(arguments, "group", "") is { Length: > 0 } group ? new GroupName(group) : null,
            Affinity: Enum.Parse<GroupAffinity>(Text(arguments, "affinity", "None"), ignoreCase: true));
        Cluster.Controller.Accept(new VmDefined(Cluster.Controller.Utc, new VmId(arguments[0]), spec));
    }

    private void Cut(string a, string b)
    {
        string[] others = b.TrimStart('>') == "all" ? [.. Cluster.KeeperNames, SimulatedController.Name] : [b.TrimStart('>')];
        foreach (var other in others)
        {
            Cluster.Network.Cut(a, other);
            if (b[0] != '>')
                Cluster.Network.Cut(other, a);
        }
    }

    private void Expect(string line, VmId vm, string where)
    {
        var executes = Cluster.Auditor.Executes(vm) ? Cluster.Controller.Model.Vms.GetValueOrDefault(vm)?.Assignment?.Host.Value ?? "somewhere" : "nowhere";
        Assert.True(executes == where, $"{line}: it executes {executes}");
    }

    private static double Seconds(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private VmRecord Vm(string name) => Cluster.Controller.Model.Vms[new VmId(name)];

    private SimulatedHost Host(string name) => Cluster.Hosts[new HostId(name)];

    private static long Number(string[] arguments, string key, long otherwise) => long.Parse(Text(arguments, key, otherwise.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

    private static string Text(string[] arguments, string key, string otherwise) =>
        arguments.FirstOrDefault(a => a.StartsWith(key + "=", StringComparison.Ordinal))?[(key.Length + 1)..] ?? otherwise;
}
