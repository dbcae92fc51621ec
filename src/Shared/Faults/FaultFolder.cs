using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Trapline.Shared.Ids;

namespace Trapline.Shared.Faults;

/// <summary>What a node says about fault injection: where it is reached, and which partition it has applied.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Host">The host part of its actor system's address.</param>
/// <param name="Port">The port of it.</param>
/// <param name="Applied">The id of the partition in force at this node; null for none.</param>
public sealed record FaultyNode(string Name, string Host, int Port, string? Applied);

/// <summary>
/// How nodes learn of injected faults: a folder in the data root that all of them share. It needs no network between them, so that a node that is
/// cut off from everybody still hears of the end of it; and a node that starts anew meets the faults that are in force.
/// <code>
///   faults/partition.json     the partition in force; no file, no partition
///   faults/nodes/NAME.json    what each node says about itself
/// </code>
/// Every file is replaced as a whole.
/// </summary>
public sealed class FaultFolder
{
    private readonly string _partition;
    private readonly string _nodes;

    /// <summary>The folder of a data root; made when something is written.</summary>
    public FaultFolder(string dataRoot)
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetFullPath(dataRoot), "faults");
        _partition = System.IO.Path.Combine(Path, "partition.json");
        _nodes = System.IO.Path.Combine(Path, "nodes");
    }

    /// <summary>The folder itself.</summary>
    public string Path { get; }

    /// <summary>The partition in force, or null.</summary>
    public Partition? ReadPartition() => Read(_partition, FaultJson.Default.Partition);

    /// <summary>Every node that takes part.</summary>
    public ImmutableArray<FaultyNode> ReadNodes() => Directory.Exists(_nodes)
        ? [.. Directory.EnumerateFiles(_nodes, "*.json").Order(StringComparer.Ordinal).Select(path => Read(path, FaultJson.Default.FaultyNode)).OfType<FaultyNode>()]
        : [];

    /// <summary>Puts a partition in force.</summary>
    public void Write(Partition partition) => Replace(_partition, JsonSerializer.SerializeToUtf8Bytes(partition, FaultJson.Default.Partition));

    /// <summary>Ends the partition, if there is one.</summary>
    public void Heal()
    {
        if (Directory.Exists(Path))
            File.Delete(_partition);
    }

    /// <summary>A node says how things are.</summary>
    public void Write(FaultyNode node) =>
        Replace(System.IO.Path.Combine(_nodes, new HostId(node.Name).Value + ".json"), JsonSerializer.SerializeToUtf8Bytes(node, FaultJson.Default.FaultyNode));

    /// <summary>Forgets a node that is no more: nobody waits for it to apply anything.</summary>
    public void Forget(string node)
    {
        if (Directory.Exists(_nodes))
            File.Delete(System.IO.Path.Combine(_nodes, new HostId(node).Value + ".json"));
    }

    /// <summary>Forgets everything: for a launcher, before its nodes start.</summary>
    public void Clear()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }

    private static T? Read<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static void Replace(string path, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Environment.ProcessId}";
        File.WriteAllBytes(temporary, content);
        File.Move(temporary, path, overwrite: true);
    }
}

/// <summary>How the files are written: generated, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Partition))]
[JsonSerializable(typeof(FaultyNode))]
internal sealed partial class FaultJson : JsonSerializerContext;
