using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Api;

/// <summary>The form in which an image is sent: its parts, as the route takes them and as the API's description has them.</summary>
internal static class ImageForm
{
    public const string MediaType = "multipart/form-data";
    public const string Kernel = "kernel";
    public const string Firmware = "firmware";
    public const string Initrd = "initrd";
    public const string Disk = "disk";
    public const string Append = "append";
    public const string DiskMiB = "disk-mib";

    /// <summary>Most of an empty disk, in MiB.</summary>
    public const int MostMiB = 1 << 20;

    /// <summary>Most bytes of a text.</summary>
    public const int MostText = VmSpec.LongestCommandLine;

    private static readonly ImmutableArray<(string Name, string About)> Files =
    [
        (Kernel, "What starts in supervisor mode: a RISC-V ELF file, or a Linux Image"),
        (Firmware, "In its place, what starts in machine mode"),
        (Initrd, "An initial file system, given to the kernel"),
        (Disk, "The content of the disk: raw, whole sectors"),
    ];

    /// <summary>Whether a part is a file, and which.</summary>
    public static bool IsFile(string? part) => Files.Any(f => f.Name == part);

    /// <summary>OpenAPI 3.1, section 4.8.14.3: a part is a property of the form's schema.</summary>
    public static JsonObject Schema()
    {
        var parts = new JsonObject();
        foreach (var (name, about) in Files)
            parts[name] = new JsonObject { ["type"] = "string", ["contentMediaType"] = "application/octet-stream", ["description"] = about };
        parts[Append] = new JsonObject { ["type"] = "string", ["maxLength"] = MostText, ["description"] = "The kernel command line, unless a VM has its own" };
        parts[DiskMiB] = new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = MostMiB, ["description"] = "In place of 'disk': the size of an empty one, in MiB" };
        return new JsonObject
        {
            ["type"] = "object",
            ["properties"] = parts,
            ["additionalProperties"] = false,
            ["oneOf"] = new JsonArray(Needs(Kernel), Needs(Firmware)),
            ["not"] = Needs(Disk, DiskMiB),
        };
    }

    private static JsonObject Needs(params string[] parts) => new() { ["required"] = new JsonArray([.. parts.Select(part => (JsonNode)part)]) };
}
