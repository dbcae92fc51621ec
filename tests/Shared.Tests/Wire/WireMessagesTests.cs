using System.Collections.Immutable;
using Trapline.Shared.Api;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;
using Trapline.Shared.Wire;
using Trapline.TestSupport;

namespace Trapline.Shared.Tests.Wire;

/// <summary>The wire format only grows: golden files hold each message to the form that it has for good.</summary>
public sealed class WireMessagesTests
{
    private static readonly HostId Host = new("node1");
    private static readonly BootId Boot = new("b00000007");
    private static readonly VmId Vm = new("vm-1");
    private static readonly VmSpec Spec = new("web", new ImageName("minios"), "standard.small", "quiet", RestartPolicy.OnFailure, new GroupName("front"), GroupAffinity.Apart, new SnapshotId("s1"));

    private static readonly DateTimeOffset At = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);

    private static readonly VmView View = new() { Id = "vm-1", Name = "web", Image = "minios", Type = "standard.small", State = VmStates.Running, Desired = "running", Incarnation = 4, Restart = "always", Affinity = "none" };

    private static ImmutableArray<(string Manifest, string File, IWireMessage Message)> Samples { get; } =
    [
        ("heartbeat", "heartbeat", new Heartbeat(Host, Boot, 12)),
        ("heartbeat", "heartbeat.heard", new Heartbeat(Host, Boot, 13, [new HeardKeeper("keeper1", 12)])),
        ("heartbeat-echo", "heartbeat-echo", new HeartbeatEcho("keeper1", Boot, 12)),
        ("heartbeat-answer", "heartbeat-answer", new HeartbeatAnswer("keeper1", Boot, 12, Granted: true)),
        ("lost-question", "lost-question", new LostQuestion(Host, Boot, 3)),
        ("lost-verdict", "lost-verdict", new LostVerdict("keeper1", Host, Boot, 3, Lost: true)),
        ("host-report", "host-report", new HostReport(Host, Boot, 9, 2, Executing: true, new Resources(800, 4096), Draining: false,
            [new VmReport(Vm, new Incarnation(4), VmState.Crashed, EndReason.GuestPanic, "pc 0x80200000", new MoveId("m1"))], [new VmId("vm-0")])),
        ("host-report", "host-report.part", new HostReport(Host, Boot, 10, 2, Executing: true, new Resources(800, 4096), Draining: false,
            [new VmReport(Vm, new Incarnation(5), VmState.Running)], [], new ReportPart(17, 19, More: true, [new VmId("vm-2")]))),
        ("host-report", "host-report.saving", new HostReport(Host, Boot, 11, 2, Executing: true, new Resources(800, 4096), Draining: false,
            [new VmReport(Vm, new Incarnation(5), VmState.Paused, Saving: new MoveId("m2"))], [])),
        ("host-report", "host-report.disk", new HostReport(Host, Boot, 12, 2, Executing: true, new Resources(800, 4096), Draining: false, [], [], Disk: new DiskSpace(300, 10_240))),
        ("report-answer", "report-answer", new ReportAnswer(Boot, 9, 2)),
        ("report-answer", "report-answer.part", new ReportAnswer(Boot, 10, 2, 19)),
        ("boot-is-lost", "boot-is-lost", new BootIsLost(Host, Boot)),
        ("host-died", "host-died", new HostDied(Host, Boot, "launcher")),
        ("define-vms", "define-vms", new DefineVms(Spec, 3, [new ImageName("minios")])),
        ("wish-for-vm", "wish-for-vm", new WishForVm("web", VmWish.Stop)),
        ("move-vm", "move-vm", new MoveVm("web", "node2")),
        ("abort-move", "abort-move", new AbortMove("web")),
        ("wish-for-host", "wish-for-host", new WishForHost("node1", HostWish.Drain)),
        ("accepted", "accepted", new Accepted([Vm], 17)),
        ("rejected", "rejected", new Rejected(RejectionKind.NotFound, "There is no VM 'web'. VMs: none.")),
        ("nobody-decides", "nobody-decides", new NobodyDecides("the journal cannot be written (database or disk is full)", MayBeKept: true)),
        ("describe-cluster", "describe-cluster", new DescribeCluster()),
        ("cluster-description", "cluster-description", new ClusterDescription(new ClusterView(17, At,
            [new NodeView("node1", "b00000007", "alive", "schedulable", 1, 800, 100, 4096, 128, "akka.tcp://trapline@127.0.0.1:2552/user/host")],
            [new VmView
            {
                Id = "vm-1", Name = "web", Image = "minios", Type = "standard.small", State = VmStates.Running, Desired = "running", Node = "node1", Incarnation = 4, Since = At,
                Restart = "on-failure", Group = "front", Affinity = "apart", CommandLine = "quiet", Crashes = 2, MovingTo = "node2", Reason = "no room", LastEnd = "GuestPanic on node1", LastEndAt = At,
            }]))),
        ("cluster-description", "cluster-description.disk", new ClusterDescription(new ClusterView(17, At,
            [new NodeView("node1", "b00000007", "alive", "schedulable", 1, 800, 100, 4096, 128, null) { DiskFreeMiB = 300, DiskMiB = 10_240, IsLowOnDisk = true }], []))),
        ("describe-cluster", "describe-cluster.part", new DescribeCluster(Vm)),
        ("cluster-description", "cluster-description.part", new ClusterDescription(new ClusterView(17, At, [], []), Vm)),
        ("describe-nodes", "describe-nodes", new DescribeNodes()),
        ("describe-vm", "describe-vm", new DescribeVm("web")),
        ("vm-description", "vm-description", new VmDescription(View)),
        ("describe-vms", "describe-vms", new DescribeVms([Vm])),
        ("vms-described", "vms-described", new VmsDescribed([View])),
        ("list-volumes", "list-volumes.part", new ListVolumes(Vm, 1000, new VmId("vm-2"))),
        ("read-usage", "read-usage.part", new ReadUsage(Vm, 1000)),
        ("locate-vm", "locate-vm", new LocateVm("web")),
        ("vm-location", "vm-location", new VmLocation(Vm, "web", VmStates.Running, new Incarnation(4), Host, "akka.tcp://trapline@127.0.0.1:2552/user/host")),
        ("explain-placement", "explain-placement", new ExplainPlacement("web")),
        ("placement-explanation", "placement-explanation", new PlacementExplanation(new PlacementView("web", VmStates.Pending, "node1", "no room",
            [new NodeVerdictView("node1", 0.5, []), new NodeVerdictView("node2", null, ["room: it is full"])]))),
        ("events-after", "events-after", new EventsAfter(12, 100)),
        ("events-kept", "events-kept", new EventsKept([new EventView(13, At, "vm-started", "vm-1", "web", "node1", 4, "vm-1 #4 runs")], 17)),
        ("read-console", "read-console", new ReadConsole(Vm, 64)),
        ("read-console", "read-console.wait", new ReadConsole(Vm, 64, new Incarnation(4), TimeSpan.FromSeconds(1))),
        ("console-bytes", "console-bytes", new ConsoleBytes(Vm, new Incarnation(4), 68, Live: true, [0x6f, 0x6b, 0x0d, 0x0a])),
        ("type-to-console", "type-to-console", new TypeToConsole(Vm, [0x68, 0x69])),
        ("type-to-console", "type-to-console.typist", new TypeToConsole(Vm, [0x68, 0x69], "t1", 40)),
        ("console-took", "console-took", new ConsoleTook(Vm, 2)),
        ("make-vm-actor-fail", "make-vm-actor-fail", new MakeVmActorFail(Vm)),
        ("vm-actor-fails", "vm-actor-fails", new VmActorFails(Vm)),
        ("read-exits", "read-exits", new ReadExits(Vm)),
        ("exit-figures", "exit-figures", new ExitFigures(new ExitsView("vm-1", 4, "node1", 12.5, 3.25, 0.5, 1000, "jit",
            [new ExitReasonView("Timer", 7, 70.5, 1.5, 20)], ImmutableSortedDictionary<string, long>.Empty.Add("code-bytes", 4096)))),
        ("read-usage", "read-usage", new ReadUsage()),
        ("usage-figures", "usage-figures", new UsageFigures(new NodeUsageView("node1", 12.5, 4.5, 300, [new VmUsageView("vm-1", 4, 3.5, 700, 1000)]))),
        ("keep-debugger", "keep-debugger", new KeepDebugger(Vm, 1234)),
        ("debugger-listens", "debugger-listens", new DebuggerListens(Vm, new Incarnation(4), 1234)),
        ("debugger-cannot-listen", "debugger-cannot-listen", new DebuggerCannotListen(Vm, "Address already in use")),
        ("close-debugger", "close-debugger", new CloseDebugger(Vm)),
        ("host-report", "host-report.snapshots", new HostReport(Host, Boot, 9, 2, Executing: true, new Resources(800, 4096), Draining: false, [], [],
            Snapshots: [new SnapshotReport(new SnapshotId("snap-7"), SnapshotProgress.Taken, 4096), new SnapshotReport(new SnapshotId("snap-8"), SnapshotProgress.Failed, Problem: "no space")])),
        ("define-vms", "define-vms.from-snapshot", new DefineVms(Spec, 3, [], "point")),
        ("create-snapshot", "create-snapshot", new CreateSnapshot("web", "point")),
        ("remove-snapshot", "remove-snapshot", new RemoveSnapshot("point")),
        ("list-snapshots", "list-snapshots", new ListSnapshots()),
        ("list-snapshots", "list-snapshots.part", new ListSnapshots(new SnapshotId("snap-7"), 1000, "point", "minios")),
        ("snapshots-known", "snapshots-known", new SnapshotsKnown([new SnapshotView("snap-7", "point", SnapshotStates.Ready, "web", 4, "minios", "standard.small", At, 4096, ["clone-1"], "none")])),
        ("snapshot-order", "snapshot-order.take", new SnapshotOrder(Boot, new TakeSnapshot(new SnapshotId("snap-7"), Vm, new Incarnation(4)))),
        ("snapshot-order", "snapshot-order.drop", new SnapshotOrder(Boot, new DropSnapshot(new SnapshotId("snap-7")))),
        ("snapshot-order", "snapshot-order.forget", new SnapshotOrder(Boot, new ForgetSnapshot(new SnapshotId("snap-7")))),
        ("list-volumes", "list-volumes", new ListVolumes()),
        ("remove-volumes", "remove-volumes", new RemoveVolumes("vm-7", Found: true)),
        ("volumes-found", "volumes-found", new VolumesFound([new VolumeFigures(Vm, "disk0", 1 << 20, 4096, new Incarnation(4), "none")])),
        ("host-report", "host-report.leftovers", new HostReport(Host, Boot, 9, 2, Executing: true, new Resources(800, 4096), Draining: false, [], [new VmId("vm-0")],
            Snapshots: [new SnapshotReport(new SnapshotId("snap-7"), SnapshotProgress.Taken, 4096, Vm: Vm)], LeftoverPart: new LeftoverPart(1, 3, [new MoveId("vm-1.4.1")], Done: true))),
        ("settle-leftovers", "settle-leftovers", new SettleLeftovers(Boot, 1, 3, [new VmId("vm-0")], [new MoveId("vm-1.4.1")])),
        ("scan-leftovers", "scan-leftovers", new ScanLeftovers(Boot, 1)),
        ("vm-is-not-here", "vm-is-not-here", new VmIsNotHere(Vm)),
        ("vm-order", "vm-order.start", new VmOrder(Boot, new StartVm(Vm, new Incarnation(4), Spec, InstanceTypeCatalog.Find("standard.small")!, new MoveId("m1")))),
        ("vm-order", "vm-order.stop", new VmOrder(Boot, new StopVm(Vm, new Incarnation(4), EndReason.StoppedByRequest, TimeSpan.FromSeconds(10)))),
        ("vm-order", "vm-order.forget", new VmOrder(Boot, new ForgetVm(Vm, new Incarnation(4), DeleteVolumes: true))),
        ("vm-order", "vm-order.save-for-move", new VmOrder(Boot, new SaveForMove(Vm, new Incarnation(4), new MoveId("m1")))),
        ("vm-order", "vm-order.cancel-move", new VmOrder(Boot, new CancelMove(Vm, new Incarnation(4), new MoveId("m1")))),
    ];

    public static TheoryData<string> Files() => [.. Samples.Select(s => s.File)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_message_keeps_its_form(string file)
    {
        var sample = Samples.Single(s => s.File == file);
        GoldenFiles.Check(Repository.PathOf("tests", "Shared.Tests", "Wire", "Golden"), file, sample.Message, WireMessages.All[sample.Manifest]);
    }

    [Fact]
    public void Every_message_has_a_manifest_and_a_sample()
    {
        var messages = typeof(IWireMessage).Assembly.GetTypes().Where(t => t.IsAssignableTo(typeof(IWireMessage)) && !t.IsInterface).ToHashSet();
        Assert.Equal(messages, WireMessages.All.Values.Select(t => t.Type).ToHashSet());
        Assert.Equal(messages, Samples.Select(s => s.Message.GetType()).ToHashSet());
        var commands = typeof(IVmCommand).Assembly.GetTypes().Where(t => t.IsAssignableTo(typeof(IVmCommand)) && !t.IsInterface).ToHashSet();
        Assert.Equal(commands, Samples.Select(s => s.Message).OfType<VmOrder>().Select(o => o.Command.GetType()).ToHashSet());
        Assert.All(messages.Concat(commands), t => Assert.True(t.IsSealed, $"{t.Name} is sealed"));
    }
}
