using System.Collections.Immutable;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Trapline.Shared.Conversations;

namespace Trapline.Shared.Wire;

/// <summary>Every message that hosts, controller, keepers and launcher send each other, under the manifest that it has for good.</summary>
public static class WireMessages
{
    /// <summary>Manifest and form of each message.</summary>
    public static ImmutableSortedDictionary<string, JsonTypeInfo> All { get; } = new Dictionary<string, JsonTypeInfo>(StringComparer.Ordinal)
    {
        ["heartbeat"] = WireJson.Default.Heartbeat,
        ["heartbeat-answer"] = WireJson.Default.HeartbeatAnswer,
        ["heartbeat-echo"] = WireJson.Default.HeartbeatEcho,
        ["lost-question"] = WireJson.Default.LostQuestion,
        ["lost-verdict"] = WireJson.Default.LostVerdict,
        ["host-report"] = WireJson.Default.HostReport,
        ["report-answer"] = WireJson.Default.ReportAnswer,
        ["boot-is-lost"] = WireJson.Default.BootIsLost,
        ["host-died"] = WireJson.Default.HostDied,
        ["vm-order"] = WireJson.Default.VmOrder,
        ["define-vms"] = WireJson.Default.DefineVms,
        ["wish-for-vm"] = WireJson.Default.WishForVm,
        ["move-vm"] = WireJson.Default.MoveVm,
        ["abort-move"] = WireJson.Default.AbortMove,
        ["wish-for-host"] = WireJson.Default.WishForHost,
        ["accepted"] = WireJson.Default.Accepted,
        ["rejected"] = WireJson.Default.Rejected,
        ["nobody-decides"] = WireJson.Default.NobodyDecides,
        ["describe-cluster"] = WireJson.Default.DescribeCluster,
        ["cluster-description"] = WireJson.Default.ClusterDescription,
        ["describe-nodes"] = WireJson.Default.DescribeNodes,
        ["describe-vm"] = WireJson.Default.DescribeVm,
        ["vm-description"] = WireJson.Default.VmDescription,
        ["describe-vms"] = WireJson.Default.DescribeVms,
        ["vms-described"] = WireJson.Default.VmsDescribed,
        ["locate-vm"] = WireJson.Default.LocateVm,
        ["vm-location"] = WireJson.Default.VmLocation,
        ["explain-placement"] = WireJson.Default.ExplainPlacement,
        ["placement-explanation"] = WireJson.Default.PlacementExplanation,
        ["events-after"] = WireJson.Default.EventsAfter,
        ["events-kept"] = WireJson.Default.EventsKept,
        ["read-console"] = WireJson.Default.ReadConsole,
        ["console-bytes"] = WireJson.Default.ConsoleBytes,
        ["type-to-console"] = WireJson.Default.TypeToConsole,
        ["console-took"] = WireJson.Default.ConsoleTook,
        ["make-vm-actor-fail"] = WireJson.Default.MakeVmActorFail,
        ["vm-actor-fails"] = WireJson.Default.VmActorFails,
        ["read-exits"] = WireJson.Default.ReadExits,
        ["exit-figures"] = WireJson.Default.ExitFigures,
        ["read-usage"] = WireJson.Default.ReadUsage,
        ["usage-figures"] = WireJson.Default.UsageFigures,
        ["keep-debugger"] = WireJson.Default.KeepDebugger,
        ["debugger-listens"] = WireJson.Default.DebuggerListens,
        ["debugger-cannot-listen"] = WireJson.Default.DebuggerCannotListen,
        ["close-debugger"] = WireJson.Default.CloseDebugger,
        ["create-snapshot"] = WireJson.Default.CreateSnapshot,
        ["remove-snapshot"] = WireJson.Default.RemoveSnapshot,
        ["list-snapshots"] = WireJson.Default.ListSnapshots,
        ["snapshots-known"] = WireJson.Default.SnapshotsKnown,
        ["snapshot-order"] = WireJson.Default.SnapshotOrder,
        ["list-volumes"] = WireJson.Default.ListVolumes,
        ["remove-volumes"] = WireJson.Default.RemoveVolumes,
        ["volumes-found"] = WireJson.Default.VolumesFound,
        ["settle-leftovers"] = WireJson.Default.SettleLeftovers,
        ["scan-leftovers"] = WireJson.Default.ScanLeftovers,
        ["vm-is-not-here"] = WireJson.Default.VmIsNotHere,
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);
}

/// <summary>How the messages are written: generated, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Heartbeat))]
[JsonSerializable(typeof(HeartbeatAnswer))]
[JsonSerializable(typeof(HeartbeatEcho))]
[JsonSerializable(typeof(LostQuestion))]
[JsonSerializable(typeof(LostVerdict))]
[JsonSerializable(typeof(HostReport))]
[JsonSerializable(typeof(ReportAnswer))]
[JsonSerializable(typeof(BootIsLost))]
[JsonSerializable(typeof(HostDied))]
[JsonSerializable(typeof(VmOrder))]
[JsonSerializable(typeof(DefineVms))]
[JsonSerializable(typeof(WishForVm))]
[JsonSerializable(typeof(MoveVm))]
[JsonSerializable(typeof(AbortMove))]
[JsonSerializable(typeof(WishForHost))]
[JsonSerializable(typeof(Accepted))]
[JsonSerializable(typeof(Rejected))]
[JsonSerializable(typeof(NobodyDecides))]
[JsonSerializable(typeof(DescribeCluster))]
[JsonSerializable(typeof(ClusterDescription))]
[JsonSerializable(typeof(DescribeNodes))]
[JsonSerializable(typeof(DescribeVm))]
[JsonSerializable(typeof(VmDescription))]
[JsonSerializable(typeof(DescribeVms))]
[JsonSerializable(typeof(VmsDescribed))]
[JsonSerializable(typeof(LocateVm))]
[JsonSerializable(typeof(VmLocation))]
[JsonSerializable(typeof(ExplainPlacement))]
[JsonSerializable(typeof(PlacementExplanation))]
[JsonSerializable(typeof(EventsAfter))]
[JsonSerializable(typeof(EventsKept))]
[JsonSerializable(typeof(ReadConsole))]
[JsonSerializable(typeof(ConsoleBytes))]
[JsonSerializable(typeof(TypeToConsole))]
[JsonSerializable(typeof(ConsoleTook))]
[JsonSerializable(typeof(MakeVmActorFail))]
[JsonSerializable(typeof(VmActorFails))]
[JsonSerializable(typeof(ReadExits))]
[JsonSerializable(typeof(ExitFigures))]
[JsonSerializable(typeof(ReadUsage))]
[JsonSerializable(typeof(UsageFigures))]
[JsonSerializable(typeof(KeepDebugger))]
[JsonSerializable(typeof(DebuggerListens))]
[JsonSerializable(typeof(DebuggerCannotListen))]
[JsonSerializable(typeof(CloseDebugger))]
[JsonSerializable(typeof(CreateSnapshot))]
[JsonSerializable(typeof(RemoveSnapshot))]
[JsonSerializable(typeof(ListSnapshots))]
[JsonSerializable(typeof(SnapshotsKnown))]
[JsonSerializable(typeof(SnapshotOrder))]
[JsonSerializable(typeof(ListVolumes))]
[JsonSerializable(typeof(RemoveVolumes))]
[JsonSerializable(typeof(VolumesFound))]
[JsonSerializable(typeof(SettleLeftovers))]
[JsonSerializable(typeof(ScanLeftovers))]
[JsonSerializable(typeof(VmIsNotHere))]
public sealed partial class WireJson : JsonSerializerContext;
