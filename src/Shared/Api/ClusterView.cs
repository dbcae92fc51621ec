using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Trapline.Shared.Api;

/// <summary>The cluster as users see it: texts and numbers only, the same over the API and between controller nodes.</summary>
/// <param name="Generation">The model's generation.</param>
/// <param name="At">When, by the controller's clock: UTC.</param>
/// <param name="Nodes">Host nodes, by name.</param>
/// <param name="Vms">VMs, by id.</param>
public sealed record ClusterView(long Generation, DateTimeOffset At, ImmutableArray<NodeView> Nodes, ImmutableArray<VmView> Vms)
{
    /// <summary>Finds a VM by its name or id.</summary>
    public VmView? FindVm(string nameOrId) =>
        Vms.FirstOrDefault(v => v.Name == nameOrId && v.State != VmStates.Terminating) ?? Vms.FirstOrDefault(v => v.Id == nameOrId);

    /// <summary>Finds a node by its name.</summary>
    public NodeView? FindNode(string name) => Nodes.FirstOrDefault(n => n.Name == name);
}

/// <summary>A host node.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Boot">Its latest life.</param>
/// <param name="State">One of <see cref="NodeStates"/>.</param>
/// <param name="Availability"><c>schedulable</c>, <c>cordoned</c> or <c>draining</c>.</param>
/// <param name="Vms">How many VMs are assigned to it.</param>
/// <param name="CpuWeight">What it offers.</param>
/// <param name="CpuWeightUsed">What is taken.</param>
/// <param name="MemoryMiB">What it offers.</param>
/// <param name="MemoryMiBUsed">What is taken.</param>
/// <param name="Address">Where its host actor is reached; null before its first report.</param>
public sealed record NodeView(
    string Name,
    string Boot,
    string State,
    string Availability,
    int Vms,
    long CpuWeight,
    long CpuWeightUsed,
    long MemoryMiB,
    long MemoryMiBUsed,
    string? Address)
{
    /// <summary>What its data folder has room for, in MiB; null while it does not say.</summary>
    public long? DiskFreeMiB { get; init; }

    /// <summary>The size of the file system of its data folder, in MiB.</summary>
    public long? DiskMiB { get; init; }

    /// <summary>That is too little: no new VMs go there, and no moves.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsLowOnDisk { get; init; }

    /// <summary>Whether its reports come in.</summary>
    [JsonIgnore]
    public bool Reports => State is NodeStates.Alive or NodeStates.Paused;
}

/// <summary>A VM.</summary>
public sealed record VmView
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it boots from.</summary>
    public required string Image { get; init; }

    /// <summary>Its size.</summary>
    public required string Type { get; init; }

    /// <summary>One of <see cref="VmStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>What the user wants: <c>running</c>, <c>stopped</c> or <c>terminated</c>; <c>ended</c> when its guest has ended and its restart policy leaves it so.</summary>
    public required string Desired { get; init; }

    /// <summary>The node that has it; null when none has.</summary>
    public string? Node { get; init; }

    /// <summary>The latest incarnation.</summary>
    public required long Incarnation { get; init; }

    /// <summary>When it was placed where it is.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>What happens when it ends: <c>always</c>, <c>on-failure</c> or <c>never</c>.</summary>
    public required string Restart { get; init; }

    /// <summary>Its group.</summary>
    public string? Group { get; init; }

    /// <summary>How it stands to its group: <c>none</c>, <c>together</c> or <c>apart</c>.</summary>
    public required string Affinity { get; init; }

    /// <summary>Its own kernel command line.</summary>
    public string? CommandLine { get; init; }

    /// <summary>Crashes that count towards the crash loop.</summary>
    public int Crashes { get; init; }

    /// <summary>The node that it is moving to.</summary>
    public string? MovingTo { get; init; }

    /// <summary>Why it waits, if it does.</summary>
    public string? Reason { get; init; }

    /// <summary>How the latest incarnation that ended did so, and where.</summary>
    public string? LastEnd { get; init; }

    /// <summary>Why that was, for programs: the name of an <see cref="Vms.EndReason"/>.</summary>
    public string? LastEndReason { get; init; }

    /// <summary>When that was.</summary>
    public DateTimeOffset? LastEndAt { get; init; }
}

/// <summary>The states of a host node as users see them.</summary>
public static class NodeStates
{
    /// <summary>It reports, and guests may execute there.</summary>
    public const string Alive = "alive";

    /// <summary>It reports that it holds no lease: its guests are paused.</summary>
    public const string Paused = "paused";

    /// <summary>Its reports stay away.</summary>
    public const string Silent = "silent";

    /// <summary>It will never execute anything again in this life.</summary>
    public const string Lost = "lost";
}

/// <summary>The states of a VM as users see them.</summary>
public static class VmStates
{
    /// <summary>No host takes it now.</summary>
    public const string Pending = "pending";

    /// <summary>Waits before it is started again.</summary>
    public const string BackOff = "back-off";

    /// <summary>Crashed too often; a user has to start it.</summary>
    public const string CrashLoop = "crash-loop";

    /// <summary>Being built.</summary>
    public const string Starting = "starting";

    /// <summary>Executes.</summary>
    public const string Running = "running";

    /// <summary>Whole, and executes nothing.</summary>
    public const string Paused = "paused";

    /// <summary>Goes to another node.</summary>
    public const string Moving = "moving";

    /// <summary>Its node does not report.</summary>
    public const string Unknown = "unknown";

    /// <summary>Being ended.</summary>
    public const string Stopping = "stopping";

    /// <summary>Does not execute, as the user wants.</summary>
    public const string Stopped = "stopped";

    /// <summary>Ended by itself, and its policy does not start it again.</summary>
    public const string Ended = "ended";

    /// <summary>Being removed with its disks.</summary>
    public const string Terminating = "terminating";
}
