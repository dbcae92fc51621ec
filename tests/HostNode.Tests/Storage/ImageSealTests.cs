using System.Collections.Immutable;
using System.Security.Cryptography;
using Trapline.HostNode.Storage;
using Trapline.Shared.Ids;
using Trapline.Shared.Images;

namespace Trapline.HostNode.Tests.Storage;

/// <summary>An image's files are read once, and again when they were changed; a change is seen.</summary>
public sealed class ImageSealTests : IDisposable
{
    private static readonly ImageName Image = new("mine");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trapline-");
    private readonly ImageSeal _seal = new();
    private readonly ImageDescription _description;

    public ImageSealTests()
    {
        var digests = ImmutableSortedDictionary<string, string>.Empty;
        foreach (var part in new[] { "kernel", "initrd", "disk" })
        {
            File.WriteAllText(PathOf(part), $"the {part}");
            digests = digests.Add(part, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(PathOf(part)))));
        }

        _description = new ImageDescription("kernel", "initrd", "disk", Sha256: digests);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Many_starts_read_each_file_once()
    {
        Parallel.For(0, 1000, _ => Assert.Null(Problem()));
        Assert.Equal(3, _seal.Readings);
    }

    [Theory]
    [InlineData("kernel")]
    [InlineData("initrd")]
    [InlineData("disk")]
    public void A_file_that_was_changed_is_named_and_one_that_is_mended_is_good_again(string part)
    {
        Assert.Null(Problem());
        var before = (File.ReadAllText(PathOf(part)), File.GetLastWriteTimeUtc(PathOf(part)));
        File.WriteAllText(PathOf(part), $"The {part}");
        File.SetLastWriteTimeUtc(PathOf(part), before.Item2.AddSeconds(1));
        Assert.Contains($"image mine is not what was added: {PathOf(part)} has SHA-256", Problem(), StringComparison.Ordinal);

        // Another file under the same name, of the same size and time.
        File.WriteAllText(PathOf("other"), before.Item1);
        File.SetLastWriteTimeUtc(PathOf("other"), before.Item2);
        File.Move(PathOf("other"), PathOf(part), overwrite: true);
        Assert.Null(Problem());
    }

    [Fact]
    public void An_image_without_digests_is_not_read()
    {
        Assert.Null(_seal.Problem(Image, _folder.FullName, _description with { Sha256 = null }));
        Assert.Equal(0, _seal.Readings);
    }

    private string? Problem() => _seal.Problem(Image, _folder.FullName, _description);

    private string PathOf(string part) => Path.Combine(_folder.FullName, part);
}
