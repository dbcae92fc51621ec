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
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);
}

/// <summary>How the messages are written: generated, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Heartbeat))]
[JsonSerializable(typeof(HeartbeatAnswer))]
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
public sealed partial class WireJson : JsonSerializerContext;
