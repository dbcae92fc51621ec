using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Trapline.Shared.Api;

namespace Trapline.Cli.Output;

/// <summary>Why a command failed.</summary>
/// <param name="Error">One sentence.</param>
/// <param name="ExitCode">The process's exit code.</param>
internal sealed record ErrorLine(string Error, int ExitCode);

/// <summary>What a command does meanwhile.</summary>
/// <param name="Note">A few words.</param>
internal sealed record NoteLine(string Note);

/// <summary>A cluster that is ready.</summary>
/// <param name="Data">Its data root.</param>
/// <param name="Supervisor">The process that watches over it.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Apis">Where the API is served.</param>
/// <param name="Nodes">Its host nodes.</param>
internal sealed record UpView(string Data, int Supervisor, double Seconds, ImmutableArray<Uri> Apis, ImmutableArray<string> Nodes);

/// <summary>A cluster that has ended.</summary>
/// <param name="Data">Its data root.</param>
/// <param name="Ended">The nodes whose processes ended.</param>
/// <param name="SupervisorWasGone">Whether nobody had watched over them any more.</param>
internal sealed record DownView(string Data, ImmutableArray<string> Ended, bool SupervisorWasGone);

/// <summary>A cluster's processes, its network and what its controller says.</summary>
/// <param name="Data">Its data root.</param>
/// <param name="Supervisor">The process that watches over it.</param>
/// <param name="SupervisorAlive">Whether it does.</param>
/// <param name="Processes">Controllers and hosts.</param>
/// <param name="Network">The partition in force, if any.</param>
/// <param name="Cluster">Nodes and VMs.</param>
internal sealed record StatusView(string Data, int Supervisor, bool SupervisorAlive, ImmutableArray<ProcessView> Processes, PartitionView Network, ClusterView Cluster);

/// <summary>A process of a local cluster.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="Kind"><c>controller</c> or <c>host</c>.</param>
/// <param name="Pid">The process.</param>
/// <param name="Alive">Whether it is there.</param>
/// <param name="Port">Its port for actor messages.</param>
/// <param name="Api">Where it serves the API, if it does.</param>
/// <param name="Starts">How often it was started.</param>
internal sealed record ProcessView(string Name, string Kind, int Pid, bool Alive, int Port, string? Api, int Starts);

/// <summary>A fault that was injected.</summary>
/// <param name="Fault">Which: the command's name.</param>
/// <param name="Node">The node that it harms.</param>
/// <param name="Pid">The node's process.</param>
/// <param name="Vm">The VM that it harms.</param>
internal sealed record FaultView(string Fault, string? Node = null, int? Pid = null, string? Vm = null);

/// <summary>An image that was removed.</summary>
/// <param name="Removed">Its name.</param>
internal sealed record RemovedView(string Removed);

/// <summary>What a shell has to read.</summary>
/// <param name="Shell">The shell.</param>
/// <param name="Script">The script.</param>
internal sealed record CompletionView(string Shell, string Script);

/// <summary>What a guest printed.</summary>
/// <param name="Bytes">As it came.</param>
internal sealed record ConsoleLine(byte[] Bytes);

/// <summary>How a machine's run ended.</summary>
/// <param name="ExitCode">The process's exit code.</param>
/// <param name="End">How the guest ended; null if it did not.</param>
/// <param name="Message">What there is to say about it.</param>
internal sealed record EndLine(int ExitCode, string? End, string? Message);

/// <summary>A step of the demo; what does not belong to its kind is left out.</summary>
/// <param name="Kind"><c>chapter</c>, <c>text</c>, <c>vms</c>, <c>event</c> or <c>took</c>.</param>
internal sealed record DemoLine(string Kind)
{
    /// <summary>The chapter's title, the text, or what took so long.</summary>
    public string? Text { get; init; }

    /// <summary>How long it took, or how long after the fault an event came.</summary>
    public double? Milliseconds { get; init; }

    /// <summary>What happened.</summary>
    public EventView? Event { get; init; }

    /// <summary>The VMs as they are.</summary>
    public ImmutableArray<VmView>? Vms { get; init; }
}

/// <summary>How all that is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ErrorLine))]
[JsonSerializable(typeof(NoteLine))]
[JsonSerializable(typeof(UpView))]
[JsonSerializable(typeof(DownView))]
[JsonSerializable(typeof(StatusView))]
[JsonSerializable(typeof(FaultView))]
[JsonSerializable(typeof(RemovedView))]
[JsonSerializable(typeof(CompletionView))]
[JsonSerializable(typeof(ConsoleLine))]
[JsonSerializable(typeof(EndLine))]
[JsonSerializable(typeof(DemoLine))]
internal sealed partial class CliJson : JsonSerializerContext;

/// <summary>The same on one line, with quotes and letters as they are: for terminals and pipes, not for web pages.</summary>
internal static class CompactJson
{
    /// <summary>The types.</summary>
    public static CliJson Default { get; } = new(new JsonSerializerOptions(CliJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
