using Trapline.Shared.Images;
using Trapline.TestSupport;

namespace Trapline.Shared.Tests.Images;

/// <summary>What cannot boot is told apart from what can, whatever bytes it has.</summary>
public sealed class KernelFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trapline-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_built_in_guests_and_a_linux_image_header_are_kernels()
    {
        Assert.Null(KernelFile.Problem(Repository.PathOf("guests", "images", "minios.elf")));
        var image = new byte[64];
        "RSC\u0005"u8.CopyTo(image.AsSpan(56));
        Assert.Null(KernelFile.Problem(Write(image)));
    }

    [Fact]
    public void Everything_else_is_refused_with_the_reason()
    {
        var elf = File.ReadAllBytes(Repository.PathOf("guests", "images", "minios.elf"));
        Assert.Equal("it is empty", KernelFile.Problem(Write([])));
        Assert.Contains("neither", KernelFile.Problem(Write("#!/bin/sh\n"u8.ToArray())), StringComparison.Ordinal);
        Assert.Contains("compressed", KernelFile.Problem(Write([0x1f, 0x8b, 8, 0])), StringComparison.Ordinal);
        Assert.Contains("within its ELF header", KernelFile.Problem(Write(elf[..40])), StringComparison.Ordinal);
        Assert.Contains("beyond its end", KernelFile.Problem(Write(elf[..64])), StringComparison.Ordinal);
        Assert.Contains("machine 62", KernelFile.Problem(Changed(elf, 18, 62)), StringComparison.Ordinal);
        Assert.Contains("64-bit", KernelFile.Problem(Changed(elf, 4, 1)), StringComparison.Ordinal);
        Assert.Contains("not linked", KernelFile.Problem(Changed(elf, 16, 1)), StringComparison.Ordinal);
        Assert.Contains("beyond its end", KernelFile.Problem(Changed(elf, 39, 0xff)), StringComparison.Ordinal);
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(4711);
        for (var i = 0; i < 500; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (i % 2 == 0 && bytes.Length > 20)
                "\u007fELF\u0002\u0001"u8.CopyTo(bytes);
            KernelFile.Problem(Write(bytes));
            KernelFile.DiskProblem(Write(bytes));
        }
    }

    [Fact]
    public void A_disk_is_raw_and_whole_sectors()
    {
        Assert.Null(KernelFile.DiskProblem(Write(new byte[1024])));
        Assert.Contains("512", KernelFile.DiskProblem(Write(new byte[1000])), StringComparison.Ordinal);
        Assert.Contains("qcow2", KernelFile.DiskProblem(Write([(byte)'Q', (byte)'F', (byte)'I', 0xfb, .. new byte[508]])), StringComparison.Ordinal);
    }

    private string Changed(byte[] elf, int at, byte value)
    {
        var changed = (byte[])elf.Clone();
        changed[at] = value;
        return Write(changed);
    }

    private string Write(byte[] bytes)
    {
        var path = Path.Combine(_folder.FullName, "file");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
