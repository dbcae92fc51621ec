using Trapline.Hypervisor.Storage;

namespace Trapline.Hypervisor.Tests.Storage;

/// <summary>The raw file and the memory disk keep what an array keeps.</summary>
public sealed class SimpleDiskTests : IDisposable
{
    private const int Length = 200 * 1024;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trapline-disk-");

    private string Path => System.IO.Path.Combine(_folder.FullName, "disk.img");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("raw")]
    [InlineData("memory")]
    public void A_disk_behaves_like_an_array(string kind)
    {
        var model = new byte[Length];
        var random = new Random(5);
        random.NextBytes(model);
        File.WriteAllBytes(Path, model);
        using IBlockBackend disk = kind == "raw" ? RawDisk.Open(Path, readOnly: false).ValueOrThrow() : new MemoryDisk(model);
        Assert.Equal(Length, disk.LengthBytes);
        for (var i = 0; i < 500; i++)
        {
            var offset = random.Next(Length);
            var bytes = new byte[random.Next(Math.Min(100_000, Length - offset) + 1)];
            switch (random.Next(4))
            {
                case 0:
                    random.NextBytes(bytes);
                    Assert.Equal(BlockStatus.Ok, disk.Write(offset, bytes));
                    bytes.CopyTo(model, offset);
                    break;
                case 1:
                    Assert.Equal(BlockStatus.Ok, disk.WriteZeroes(offset, bytes.Length));
                    bytes.CopyTo(model, offset);
                    break;
                default:
                    Assert.Equal(BlockStatus.Ok, disk.Read(offset, bytes));
                    Assert.True(model.AsSpan(offset, bytes.Length).SequenceEqual(bytes));
                    break;
            }
        }

        Assert.Equal(BlockStatus.Ok, disk.Flush());
        if (kind == "raw")
            Assert.Equal(model, File.ReadAllBytes(Path));
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("memory")]
    public void Bad_ranges_and_writes_to_a_read_only_disk_are_refused(string kind)
    {
        File.WriteAllBytes(Path, new byte[Length]);
        using IBlockBackend disk = kind == "raw" ? RawDisk.Open(Path, readOnly: true).ValueOrThrow() : new MemoryDisk(Length, readOnly: true);
        Assert.Equal(BlockStatus.OutOfRange, disk.Read(Length - 1, new byte[2]));
        Assert.Equal(BlockStatus.OutOfRange, disk.Read(-1, new byte[2]));
        Assert.Equal(BlockStatus.OutOfRange, disk.Read(long.MaxValue, new byte[2]));
        Assert.Equal(BlockStatus.ReadOnly, disk.Write(0, new byte[2]));
        Assert.Equal(BlockStatus.ReadOnly, disk.WriteZeroes(0, 2));
        Assert.Equal(BlockStatus.Ok, disk.Flush());
    }

    [Fact]
    public void Faults_of_opening_are_typed()
    {
        Assert.Equal(StorageFaultKind.NotFound, RawDisk.Open(Path, readOnly: true).Fault?.Kind);
        Assert.Equal(StorageFaultKind.NotFound, RawDisk.Open(System.IO.Path.Combine(Path, "below"), readOnly: true).Fault?.Kind);
        Assert.Equal(StorageFaultKind.IoError, RawDisk.Open(_folder.FullName, readOnly: false).Fault?.Kind);
        var thrown = Assert.Throws<IOException>(() => RawDisk.Open(Path, readOnly: true).ValueOrThrow());
        Assert.Contains(Path, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_off_below_the_disk_gives_io_errors()
    {
        File.WriteAllBytes(Path, new byte[Length]);
        using var disk = RawDisk.Open(Path, readOnly: true).ValueOrThrow();
        using (var other = File.OpenHandle(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
            RandomAccess.SetLength(other, 1000);
        Assert.Equal(BlockStatus.Ok, disk.Read(0, new byte[1000]));
        Assert.Equal(BlockStatus.IoError, disk.Read(0, new byte[1001]));
    }

    [Fact]
    public void After_a_failed_flush_nothing_more_is_promised()
    {
        var file = new PowerCutFile(new byte[Length]);
        using var disk = new RawDisk(file, readOnly: false);
        file.OperationsLeft = 0;
        Assert.Equal(BlockStatus.IoError, disk.Flush());
        file.OperationsLeft = null;
        Assert.Equal(BlockStatus.IoError, disk.Flush());
        Assert.Equal(BlockStatus.IoError, disk.Write(0, new byte[1]));
    }
}
