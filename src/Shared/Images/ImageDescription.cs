using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Trapline.Shared.Images;

/// <summary>What a VM boots from: the content of an image's <c>image.json</c>. File names are relative to the image's folder.</summary>
/// <param name="Kernel">ELF or Linux Image, started in S-mode.</param>
/// <param name="Initrd">Initial RAM disk, if any.</param>
/// <param name="Disk">Base of the writable disk, if the image has one.</param>
/// <param name="DiskMiB">Size of an empty disk, for an image without a base.</param>
/// <param name="CommandLine">The kernel's command line unless the VM has its own.</param>
/// <param name="IsFirmware">The kernel's file is an M-mode firmware that is started at reset.</param>
/// <param name="Sha256">The files' digests, in hexadecimal, of an image that a user added; null for one that comes with Trapline.</param>
public sealed record ImageDescription(
    string Kernel,
    string? Initrd = null,
    string? Disk = null,
    int DiskMiB = 0,
    string CommandLine = "",
    bool IsFirmware = false,
    ImmutableSortedDictionary<string, string>? Sha256 = null)
{
    /// <summary>The file that holds it, in the image's folder.</summary>
    public const string FileName = "image.json";
}

/// <summary>How descriptions are read and written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(ImageDescription))]
public sealed partial class ImageJson : JsonSerializerContext;
