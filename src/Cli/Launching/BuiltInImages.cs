using System.Text.Json;
using Trapline.Shared.Files;
using Trapline.Shared.Images;

namespace Trapline.Cli.Launching;

/// <summary>Puts the images that come with Trapline into a data root: the built-in guests, and Debian where it was built.</summary>
internal static class BuiltInImages
{
    private static readonly (string Name, ImageDescription Description)[] Guests =
    [
        ("hello", new ImageDescription("hello.elf")),
        ("journal", new ImageDescription("journal.elf", DiskMiB: 64, CommandLine: "rate=20")),
        ("minios", new ImageDescription("minios.elf")),
        ("pagestorm", new ImageDescription("pagestorm.elf", CommandLine: "mib=16 pages-per-second=500")),
    ];

    private static readonly ImageDescription Debian = new("vmlinux", "initrd.cpio.gz", "rootfs.ext4", CommandLine: "console=ttyS0 root=/dev/vda");

    /// <summary>Installs those that are not there, or not the same.</summary>
    /// <param name="images">The data root's image folder.</param>
    public static void Install(string images)
    {
        var guests = Path.Combine(AppContext.BaseDirectory, "guests");
        foreach (var (name, description) in Guests)
            Install(Path.Combine(images, name), guests, description);
        if (DebianFolder() is { } debian)
            Install(Path.Combine(images, "debian"), debian, Debian);
    }

    private static void Install(string folder, string from, ImageDescription description)
    {
        string[] files = [description.Kernel, .. new[] { description.Initrd, description.Disk }.OfType<string>()];
        if (!Array.TrueForAll(files, file => File.Exists(Path.Combine(from, file))))
            return;
        Directory.CreateDirectory(folder);
        foreach (var file in files)
            Copy(Path.Combine(from, file), Path.Combine(folder, file));

        // Last: an image is there when its description is.
        var path = Path.Combine(folder, ImageDescription.FileName);
        if (!File.Exists(path))
            WholeFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(description, ImageJson.Default.ImageDescription));
    }

    /// <summary>A new file takes the old one's place as a whole: a machine that has the old one open goes on with it.</summary>
    private static void Copy(string from, string to)
    {
        var (source, target) = (new FileInfo(from), new FileInfo(to));
        if (target.Exists && target.Length == source.Length && target.LastWriteTimeUtc == source.LastWriteTimeUtc)
            return;
        File.Copy(from, to + ".new", overwrite: true);
        WholeFile.Flush(to + ".new");
        File.SetLastWriteTimeUtc(to + ".new", source.LastWriteTimeUtc);
        File.Move(to + ".new", to, overwrite: true);
    }

    /// <summary>Where deploy/images/debian/build.sh puts its image, in the checkout that this program was built in.</summary>
    private static string? DebianFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Cluster.sln")))
                return Path.Combine(folder.FullName, "deploy", "images", "debian", "out");
        }

        return null;
    }
}
