using System.Text.Json;
using Trapline.Shared.Ids;
using Trapline.Shared.Images;

namespace Trapline.HostNode.Storage;

/// <summary>The images below a data root.</summary>
public sealed class ImageCatalog(DataRoot root)
{
    /// <summary>The names of all images.</summary>
    public IEnumerable<ImageName> Names =>
        Directory.EnumerateDirectories(root.Images)
            .Where(folder => File.Exists(Path.Combine(folder, ImageDescription.FileName)))
            .Select(folder => Path.GetFileName(folder)!)
            .Where(TextId.IsValid)
            .Order(StringComparer.Ordinal)
            .Select(name => new ImageName(name));

    /// <summary>The folder of an image.</summary>
    public string FolderOf(ImageName name) => Path.Combine(root.Images, name.Value);

    /// <summary>Reads an image's description; null with the reason if there is none that can be used.</summary>
    public ImageDescription? Find(ImageName name, out string? problem)
    {
        var path = Path.Combine(FolderOf(name), ImageDescription.FileName);
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
