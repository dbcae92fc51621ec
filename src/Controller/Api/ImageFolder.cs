using System.Collections.Immutable;
using System.Text.Json;
using Trapline.Shared.Api;
using Trapline.Shared.Ids;
using Trapline.Shared.Images;

namespace Trapline.Controller.Api;

/// <summary>The images in the data root, read anew each time: hosts share the folder, and images come and go as files.</summary>
internal sealed class ImageFolder(string data)
{
    private readonly string _folder = System.IO.Path.Combine(data, "images");

    /// <summary>All images that can be read.</summary>
    public ImmutableArray<ImageView> All()
    {
        if (!Directory.Exists(_folder))
            return [];
        return [.. Directory.EnumerateDirectories(_folder).Order(StringComparer.Ordinal).Select(Read).OfType<ImageView>()];
    }

    /// <summary>The folder of all of them.</summary>
    public string Path => _folder;

    /// <summary>One by name; null if there is none that can be read.</summary>
    public ImageView? Find(string name) => TextId.IsValid(name) ? Read(System.IO.Path.Combine(_folder, name)) : null;

    /// <summary>Their names.</summary>
    public ImmutableArray<ImageName> Names() => [.. All().Select(i => new ImageName(i.Name))];

    private static ImageView? Read(string folder)
    {
        var name = System.IO.Path.GetFileName(folder);
        if (!TextId.IsValid(name))
            return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(System.IO.Path.Combine(folder, ImageDescription.FileName)), ImageJson.Default.ImageDescription) is { } d
                ? new ImageView(name, d.Kernel, d.Initrd, d.Disk, d.DiskMiB, d.CommandLine, d.Sha256 is not null, d.Sha256)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null; // half-copied or broken: it is no image yet
        }
    }
}
