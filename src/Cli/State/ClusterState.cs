using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Trapline.Shared.Files;

namespace Trapline.Cli.State;

/// <summary>What a local cluster consists of: the content of its state file, written anew whenever a process starts.</summary>
/// <param name="Supervisor">The process that started the others and watches over them.</param>
/// <param name="Nodes">Controllers first.</param>
/// <param name="Control">The pipe on which the supervisor takes requests; null where it takes none.</param>
internal sealed record ClusterState(int Supervisor, ImmutableArray<NodeState> Nodes, string? Control = null)
{
    /// <summary>Where the API is served, one address for each controller.</summary>
    [JsonIgnore]
    public IEnumerable<Uri> Apis => Nodes.Where(n => n.Api is not null).Select(n => new Uri(n.Api!));

    /// <summary>The host nodes' names.</summary>
    [JsonIgnore]
    public IEnumerable<NodeState> Hosts => Nodes.Where(n => n.Kind == NodeKind.Host);

    /// <summary>Reads a state file; null if there is none.</summary>
    public static ClusterState? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), StateJson.Default.ClusterState);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new CliException(ExitCodes.Usage, $"{path} is damaged ({e.Message}): remove it when no cluster runs there");
        }
    }

    /// <summary>Writes the file as a whole: a reader sees the old one or the new one.</summary>
    public void Write(string path) => WholeFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(this, StateJson.Default.ClusterState));
}

/// <summary>What a process of the cluster is.</summary>
internal enum NodeKind
{
    /// <summary>A controller node.</summary>
    Controller,

    /// <summary>A host node.</summary>
    Host,
}

/// <summary>One process of the cluster.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Pid">Its process.</param>
/// <param name="Port">Its port for actor messages.</param>
/// <param name="Api">Where it serves the API, if it does.</param>
/// <param name="Starts">How often it was started.</param>
internal sealed record NodeState(string Name, NodeKind Kind, int Pid, int Port, string? Api, int Starts);

/// <summary>How the state is written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(ClusterState))]
internal sealed partial class StateJson : JsonSerializerContext;
