using System.Text.Json.Serialization;

namespace Trapline.Shared.Images;

/// <summary>What a VM boots from: the content of an image's <c>image.json</c>. File names are relative to the image's folder.</summary>
/// <param name="Kernel">ELF or Linux Image, started in S-mode.</param>
/// <param name="Initrd">Initial RAM disk, if any.</param>
/// <param name="Disk">Base of the writable disk, if the image has one.</param>
/// <param name="DiskMiB">Size of an empty disk, for an image without a base.</param>
/// <param name="CommandLine">The kernel's command line unless the VM has its own.</param>
public sealed record ImageDescription(string Kernel, string? Initrd = null, string? Disk = null, int DiskMiB = 0, string CommandLine = "")
{
    /// <summary>The file that holds it, in the image's folder.</summary>
    public const string FileName = "image.json";
}

/// <summary>How descriptions are read and written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(ImageDescription))]
public sealed partial class ImageJson : JsonSerializerContext;
