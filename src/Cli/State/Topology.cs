using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Trapline.Shared.Files;

namespace Trapline.Cli.State;

/// <summary>Which nodes a local cluster has, also while it does not run: what <c>up</c> starts again.</summary>
/// <param name="Controllers">How many controller nodes.</param>
/// <param name="Hosts">The host nodes' names.</param>
internal sealed record Topology(int Controllers, ImmutableArray<string> Hosts)
{
    private const string FileName = "topology.json";

    /// <summary>What the data root remembers; null for nothing that can be read.</summary>
    public static Topology? Read(DataFolder data)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(data.Path, FileName)), TopologyJson.Default.Topology) is { Hosts.IsDefaultOrEmpty: false } read ? read : null;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>So many hosts: those that there were, where the number is the same.</summary>
    public static ImmutableArray<string> HostsFor(DataFolder data, int count) =>
        Read(data) is { } known && known.Hosts.Length == count ? known.Hosts : [.. Enumerable.Range(1, count).Select(NameOf)];

    /// <summary>The lowest names that are free.</summary>
    public static IEnumerable<string> FreeNames(IReadOnlyCollection<string> taken, int count) =>
        Enumerable.Range(1, taken.Count + count).Select(NameOf).Where(name => !taken.Contains(name)).Take(count);

    /// <summary>Remembers it, as a whole.</summary>
    public void Write(DataFolder data) => WholeFile.Replace(Path.Combine(data.Path, FileName), JsonSerializer.SerializeToUtf8Bytes(this, TopologyJson.Default.Topology));

    private static string NameOf(int number) => $"node{number}";
}

/// <summary>How it is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(Topology))]
internal sealed partial class TopologyJson : JsonSerializerContext;
