using System.Collections.Immutable;
using Trapline.Controller.Journal;
using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;
using Trapline.TestSupport;

namespace Trapline.Controller.Tests.Journal;

/// <summary>A journal is read for ever: golden files hold each event to the form that it has for good.</summary>
public sealed class JournalEventsTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly HostId Host = new("node1");
    private static readonly BootId Boot = new("b00000007");
    private static readonly VmId Vm = new("vm-1");
    private static readonly SnapshotId Snapshot = new("snap-7");

    private static ImmutableSortedDictionary<string, IClusterEvent> Samples { get; } = new Dictionary<string, IClusterEvent>(StringComparer.Ordinal)
    {
        ["vm-defined"] = new VmDefined(At, Vm, new VmSpec("web", new ImageName("minios"), "standard.small", "quiet", RestartPolicy.OnFailure, new GroupName("front"), GroupAffinity.Apart)),
        ["desired-state-changed"] = new DesiredStateChanged(At, Vm, DesiredState.Stopped),
        ["reboot-requested"] = new RebootRequested(At, Vm, new Incarnation(2)),
        ["vm-placed"] = new VmPlaced(At, Vm, Host, Boot, new Incarnation(2), "spread 0.500", new MoveId("m1")),
        ["vm-pending"] = new VmPending(At, Vm, "no room"),
        ["vms-pending"] = new VmsPending(At, [Vm, new VmId("vm-2")], "no room"),
        ["vm-started"] = new VmStarted(At, Vm, new Incarnation(2)),
        ["vm-ended"] = new VmEnded(At, Vm, new Incarnation(2), EndReason.GuestPanic, "pc 0x80200000", At.AddSeconds(1), CrashLoop: false),
        ["vm-is-stable"] = new VmIsStable(At, Vm),
        ["vm-removed"] = new VmRemoved(At, Vm),
        ["move-started"] = new MoveStarted(At, Vm, new MoveId("m1"), Host, new HostId("node2"), "by the user"),
        ["move-aborted"] = new MoveAborted(At, Vm, new MoveId("m1"), "by the user"),
        ["move-aborted.taken-back"] = new MoveAborted(At, Vm, new MoveId("m1"), "by a user", At.AddMinutes(1), TakenBack: true),
        ["host-booted"] = new HostBooted(At, Host, Boot, new Resources(800, 4096)),
        ["host-capacity-changed"] = new HostCapacityChanged(At, Host, new Resources(400, 2048)),
        ["host-lost"] = new HostLost(At, Host, Boot, "2 of 3 lease keepers call it lost"),
        ["host-scheduling"] = new HostScheduling(At, Host, HostAvailability.Draining, "by the user"),
        ["host-disk-low"] = new HostDiskLow(At, Host, 300, 512),
        ["host-disk-enough"] = new HostDiskEnough(At, Host, 700),
        ["host-removed"] = new HostRemoved(At, Host),
        ["snapshot-requested"] = new SnapshotRequested(At, Snapshot, "point", Vm, new Incarnation(2), Host, new VmSpec("web", new ImageName("minios"), "standard.small", FromSnapshot: new SnapshotId("snap-1"))),
        ["snapshot-taken"] = new SnapshotTaken(At, Snapshot, 4096),
        ["snapshot-failed"] = new SnapshotFailed(At, Snapshot, "no space left on device"),
        ["snapshot-unwanted"] = new SnapshotUnwanted(At, Snapshot),
        ["snapshot-removed"] = new SnapshotRemoved(At, Snapshot),
        ["snapshot-kept"] = new SnapshotKept(At, Snapshot, Host, Vm, 4096),
        ["leftovers-judged"] = new LeftoversJudged(At, Host, Boot, 2, 3, 4, 5, [Vm], [new MoveId("vm-1.2.3")]),
        ["clock-set"] = new ClockSet(At, TimeSpan.FromSeconds(-3600.5)),
        ["volumes-unwanted"] = new VolumesUnwanted(At, Vm),
        ["volumes-removed"] = new VolumesRemoved(At, Host, Vm),
        ["volumes-kept"] = new VolumesKept(At, Host, Vm),
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Each manifest, and behind a dot what a later version added to it.</summary>
    public static TheoryData<string> Names() => [.. Samples.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_event_keeps_its_form(string name) =>
        GoldenFiles.Check(Repository.PathOf("tests", "Controller.Tests", "Journal", "Golden"), name, Samples[name], JournalEvents.All[ManifestOf(name)]);

    [Fact]
    public void Every_event_has_a_manifest_and_a_sample()
    {
        var events = typeof(IClusterEvent).Assembly.GetTypes().Where(t => t.IsAssignableTo(typeof(IClusterEvent)) && !t.IsInterface).ToHashSet();
        Assert.Equal(events, JournalEvents.All.Values.Select(t => t.Type).ToHashSet());
        Assert.Equal(JournalEvents.All.Keys, Samples.Keys.Select(ManifestOf).Distinct());
    }

    /// <summary>No name of the code's own, as <c>HostLost</c> is one, comes before people.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Each_event_reads_as_words(string name)
    {
        var ownNames = typeof(IClusterEvent).Assembly.GetTypes().Concat(typeof(EndReason).Assembly.GetTypes()).Where(t => t.IsEnum).SelectMany(Enum.GetNames)
            .Concat(JournalEvents.All.Values.Select(t => t.Type.Name)).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(EventText.Describe(Samples[name]).Split([' ', ':', ';', ',', '(', ')']), ownNames.Contains);
    }

    private static string ManifestOf(string name) => name.Split('.')[0];
}
