using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Xunit;

namespace Trapline.TestSupport;

/// <summary>
/// Holds the JSON form of messages to files: today's writer writes what the file says, and today's reader reads it back to the same value.
/// A file that is missing is written (and the test fails, so that it is reviewed); one that is there is never changed.
/// </summary>
public static class GoldenFiles
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Checks one sample against <c>folder/manifest.json</c>.</summary>
    public static void Check(string folder, string manifest, object sample, JsonTypeInfo type)
    {
        var path = Path.Combine(folder, manifest + ".json");
        var written = JsonSerializer.SerializeToNode(sample, type)!;
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(path, written.ToJsonString(Indented) + "\n");
            Assert.Fail($"{path} did not exist and was written: read it, and commit it.");
        }

        var golden = JsonNode.Parse(File.ReadAllText(path))!;
        Assert.True(JsonNode.DeepEquals(golden, written), $"{manifest} is written as\n{written.ToJsonString(Indented)}\nbut {path} says\n{golden.ToJsonString(Indented)}");
        var read = golden.Deserialize(type)!;
        Assert.True(JsonNode.DeepEquals(golden, JsonSerializer.SerializeToNode(read, type)), $"{manifest} is not read back whole");
    }
}
