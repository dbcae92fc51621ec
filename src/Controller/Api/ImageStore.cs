using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Trapline.Shared.Files;
using Trapline.Shared.Images;

namespace Trapline.Controller.Api;

/// <summary>
/// Adds and removes images. One is put together in a folder with a hidden name and takes its own as a whole; what a process that died left half is
/// removed when it is a day old.
/// </summary>
internal sealed class ImageStore(ImageFolder images, TimeProvider time)
{
    private const int CopyBytes = 1 << 20;
    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(1);

    /// <summary>Begins one: a folder that nobody sees.</summary>
    public string Begin(string name)
    {
        Directory.CreateDirectory(images.Path);
        foreach (var old in Directory.EnumerateDirectories(images.Path, ".*.new").Where(f => time.GetUtcNow() - Directory.GetLastWriteTimeUtc(f) > Forgotten).ToList())
            Directory.Delete(old, recursive: true);
        return Directory.CreateDirectory(Path.Combine(images.Path, $".{name}.{Guid.NewGuid():n}.new")).FullName;
    }

    /// <summary>Writes one file of it; returns its digest.</summary>
    public static async Task<string> WriteAsync(string path, Stream content, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        await using (file.ConfigureAwait(false))
        {
            var buffer = new byte[CopyBytes];
            for (int read; (read = await content.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
            {
                hash.AppendData(buffer, 0, read);
                await StoredAsync(() => file.WriteAsync(buffer.AsMemory(0, read), cancellation)).ConfigureAwait(false);
            }

            await StoredAsync(() =>
            {
                file.Flush(flushToDisk: true);
                return ValueTask.CompletedTask;
            }).ConfigureAwait(false);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>What the disk refuses is not what the sender did wrong.</summary>
    private static async Task StoredAsync(Func<ValueTask> write)
    {
        try
        {
            await write().ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw Unstorable(e);
        }
    }

    /// <summary>An image that found no place on the disk.</summary>
    public static ApiProblem Unstorable(Exception e) => new(ProblemKind.Unavailable, $"The image cannot be stored: {e.Message}");

    /// <summary>It is whole and on the disk: it becomes an image, which a power failure does not undo. False if there is one of this name.</summary>
    public bool Finish(string folder, string name, ImageDescription description)
    {
        WholeFile.Replace(Path.Combine(folder, ImageDescription.FileName), JsonSerializer.SerializeToUtf8Bytes(description, ImageJson.Default.ImageDescription));
        try
        {
            Directory.Move(folder, Path.Combine(images.Path, name));
            FolderFlush.Run(images.Path);
            return true;
        }
        catch (IOException) when (Directory.Exists(Path.Combine(images.Path, name)))
        {
            return false;
        }
    }

    /// <summary>Hides an image: VMs that are asked for from now on do not find it.</summary>
    public HiddenImage Hide(string name) => HiddenImage.Hide(images.Path, name);
}
