using System.Text.Json;
using System.Text.Json.Serialization;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Storage;

/// <summary>What a VM boots from: the content of an image's <c>image.json</c>. File names are relative to the image's folder.</summary>
/// <param name="Kernel">ELF or Linux Image, started in S-mode.</param>
/// <param name="Initrd">Initial RAM disk, if any.</param>
/// <param name="Disk">Base of the writable disk, if the image has one.</param>
/// <param name="DiskMiB">Size of an empty disk, for an image without a base.</param>
/// <param name="CommandLine">The kernel's command line unless the VM has its own.</param>
public sealed record ImageDescription(string Kernel, string? Initrd = null, string? Disk = null, int DiskMiB = 0, string CommandLine = "");

/// <summary>The images below a data root.</summary>
public sealed class ImageCatalog(DataRoot root)
{
    /// <summary>The names of all images.</summary>
    public IEnumerable<ImageName> Names =>
        Directory.EnumerateDirectories(root.Images)
            .Where(folder => File.Exists(Path.Combine(folder, "image.json")))
            .Select(folder => Path.GetFileName(folder)!)
            .Where(TextId.IsValid)
            .Order(StringComparer.Ordinal)
            .Select(name => new ImageName(name));

    /// <summary>The folder of an image.</summary>
    public string FolderOf(ImageName name) => Path.Combine(root.Images, name.Value);

    /// <summary>Reads an image's description; null with the reason if there is none that can be used.</summary>
    public ImageDescription? Find(ImageName name, out string? problem)
    {
        var path = Path.Combine(FolderOf(name), "image.json");
        try
        {
            var read = JsonSerializer.Deserialize(File.ReadAllBytes(path), ImageJson.Default.ImageDescription);
            problem = read is null ? $"{path} is empty" : null;
            return read;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            problem = $"image {name} cannot be used: {e.Message}";
            return null;
        }
    }
}

/// <summary>How descriptions are read and written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(ImageDescription))]
public sealed partial class ImageJson : JsonSerializerContext;
