using System.Collections.Immutable;
using System.Security.Cryptography;
using Trapline.Shared.Ids;
using Trapline.Shared.Images;

namespace Trapline.HostNode.Storage;

/// <summary>
/// Whether an image's files still are what was added: their digests stand in <c>image.json</c>. A file is read whole once on a host, and again only when
/// its size or one of its times has changed, so that thousands of starts from one image cost one reading of it. Reads files: not for an actor's thread.
/// </summary>
public sealed class ImageSeal
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Seen> _seen = new(StringComparer.Ordinal);
    private long _readings;

    /// <summary>How often a file was read whole.</summary>
    public long Readings => Interlocked.Read(ref _readings);

    /// <summary>What is wrong with an image's files; null if nothing is, or if it has no digests because it comes with Trapline.</summary>
    public string? Problem(ImageName image, string folder, ImageDescription description)
    {
        foreach (var (part, digest) in description.Sha256 ?? ImmutableSortedDictionary<string, string>.Empty)
        {
            if (FileOf(description, part) is not { } file)
                continue;
            var path = Path.Combine(folder, file);
            var now = DigestOf(path);
            if (!string.Equals(now, digest, StringComparison.OrdinalIgnoreCase))
                return $"image {image} is not what was added: {path} has SHA-256 {now}, and {digest} was recorded";
        }

        return null;
    }

    private static string? FileOf(ImageDescription description, string part) => part switch
    {
        "kernel" or "firmware" => description.Kernel,
        "initrd" => description.Initrd,
        "disk" => description.Disk,
        _ => null,
    };

    private string DigestOf(string path)
    {
        var mark = FileMark.Of(path);
        Seen? seen;
        lock (_gate)
        {
            if (!_seen.TryGetValue(path, out seen) || seen.Mark != mark)
                _seen[path] = seen = ToRead(path, mark);
        }

        return seen.Digest;
    }

    private Seen ToRead(string path, FileMark mark) => new(mark, () =>
    {
        Interlocked.Increment(ref _readings);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1 << 20);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    });

    /// <summary>A file as it was, and its digest, read by the first who asks.</summary>
    private sealed class Seen(FileMark mark, Func<string> read)
    {
        private readonly Lock _reading = new();
        private string? _digest;

        public FileMark Mark { get; } = mark;

        /// <summary>Those who ask at the same time wait for one reading; one that fails is not remembered.</summary>
        public string Digest
        {
            get
            {
                lock (_reading)
                    return _digest ??= read();
            }
        }
    }
}
