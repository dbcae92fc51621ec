namespace Trapline.Hypervisor.Machine.Boot;

/// <summary>The bytes of an image, with the name for messages.</summary>
internal sealed record ImageFile(string Name, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The largest image that is read.</summary>
    private const long Limit = 1L << 30;

    /// <summary>Reads a source.</summary>
    /// <param name="source">The file or the bytes.</param>
    /// <param name="what">What it is, for messages: "kernel".</param>
    public static Result<ImageFile> Read(ImageSource source, string what)
    {
        var name = $"{what} {source.Name}";
        if (source.Content is { } content)
            return new ImageFile(name, content);
        try
        {
            var info = new FileInfo(source.Name);
            if (!info.Exists)
                return new MachineError(MachineErrorKind.FileAccess, $"{name} does not exist", "give an existing file");
            if (info.Length > Limit)
                return new MachineError(MachineErrorKind.FileAccess, $"{name} has {info.Length >> 20} MiB", $"images of at most {Limit >> 20} MiB are read");
            return new ImageFile(name, File.ReadAllBytes(source.Name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return new MachineError(MachineErrorKind.FileAccess, $"{name} cannot be read ({e.Message})", "give a file that this user may read");
        }
    }
}
