using System.Buffers.Binary;
using Trapline.Hypervisor.Storage;
using Trapline.Hypervisor.Storage.Overlay;

namespace Trapline.Hypervisor.Tests.Storage;

public sealed class OverlayDiskTests : IDisposable
{
    private const int Cluster = 65_536;

    private static readonly ImageIdentity Identity = new(3 * Cluster + 512, "sha256:abc");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trapline-overlay-");
    private readonly MemoryDisk _base;

    public OverlayDiskTests()
    {
        var content = new byte[Identity.LengthBytes];
        new Random(1).NextBytes(content);
        _base = new MemoryDisk(content, readOnly: true);
    }

    private string Path => System.IO.Path.Combine(_folder.FullName, "disk.overlay");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_was_not_written_is_read_from_the_base_and_zeros_beyond_it()
    {
        using var disk = CreateAndOpen(10 * Cluster);
        var bytes = new byte[4 * Cluster];
        Assert.Equal(BlockStatus.Ok, disk.Read(0, bytes));
        var expected = new byte[4 * Cluster];
        _base.Read(0, expected.AsSpan(0, (int)Identity.LengthBytes));
        Assert.Equal(expected, bytes);
    }

    [Fact]
    public void A_write_changes_its_bytes_alone_and_survives_reopening()
    {
        byte[] expected;
        using (var disk = CreateAndOpen(10 * Cluster))
        {
            expected = ReadAll(disk);
            Assert.Equal(BlockStatus.Ok, disk.Write(Cluster - 1024, Filled(3000, 7))); // across a border
            expected.AsSpan(Cluster - 1024, 3000).Fill(7);
            Assert.Equal(BlockStatus.Ok, disk.Write((3 * Cluster) + 100, Filled(1000, 8))); // across the end of the base
            expected.AsSpan((3 * Cluster) + 100, 1000).Fill(8);
            Assert.Equal(expected, ReadAll(disk));
        }

        using var again = Open(2);
        Assert.Equal(expected, ReadAll(again));
        Assert.Equal(2u, again.Incarnation);
    }

    [Fact]
    public void Zeroed_clusters_take_no_space_and_hide_the_base()
    {
        using var disk = CreateAndOpen(10 * Cluster);
        var before = new FileInfo(Path).Length;
        Assert.Equal(BlockStatus.Ok, disk.WriteZeroes(0, 2 * Cluster));
        Assert.Equal(before, new FileInfo(Path).Length);
        Assert.Equal(new byte[2 * Cluster], ReadAll(disk)[..(2 * Cluster)]);
        Assert.Equal(BlockStatus.Ok, disk.Write(512, Filled(512, 9)));
        var expected = new byte[Cluster];
        expected.AsSpan(512, 512).Fill(9);
        Assert.Equal(expected, ReadAll(disk)[..Cluster]);
        Assert.Equal(BlockStatus.Ok, disk.WriteZeroes(512, 512));
        Assert.Equal(new byte[Cluster], ReadAll(disk)[..Cluster]);
    }

    [Fact]
    public void An_empty_overlay_of_a_gigabyte_is_small()
    {
        Assert.Null(OverlayFile.Create(Path, 1L << 30, ImageIdentity.None));
        Assert.InRange(new FileInfo(Path).Length, 1, 256 * 1024);
        using var disk = OverlayFile.Open(Path, null, "", 1).ValueOrThrow();
        Assert.Equal(BlockStatus.Ok, disk.Write((1L << 30) - 512, Filled(512, 3)));
        Assert.InRange(new FileInfo(Path).Length, 1, 512 * 1024);
    }

    [Theory]
    [InlineData(-1L, 512)]
    [InlineData(10L * Cluster, 1)]
    [InlineData((10L * Cluster) - 511, 512)]
    [InlineData(long.MaxValue, 512)]
    public void Ranges_outside_the_disk_are_refused(long offset, int length)
    {
        using var disk = CreateAndOpen(10 * Cluster);
        Assert.Equal(BlockStatus.OutOfRange, disk.Read(offset, new byte[length]));
        Assert.Equal(BlockStatus.OutOfRange, disk.Write(offset, new byte[length]));
        Assert.Equal(BlockStatus.OutOfRange, disk.WriteZeroes(offset, length));
    }

    [Fact]
    public void A_newer_incarnation_fences_the_older_one()
    {
        using var old = CreateAndOpen(10 * Cluster, incarnation: 5);
        Assert.Equal(BlockStatus.Ok, old.Write(0, Filled(512, 5)));
        Assert.Equal(BlockStatus.Ok, old.Flush());
        using (var next = Open(6))
        {
            Assert.Equal(BlockStatus.Fenced, old.Write(0, Filled(512, 66)));
            Assert.Equal(BlockStatus.Fenced, old.WriteZeroes(0, 512));
            Assert.Equal(BlockStatus.Fenced, old.Flush());
            Assert.Equal(BlockStatus.Ok, next.Write(512, Filled(512, 6)));
            Assert.Equal(StorageFaultKind.Fenced, OverlayFile.Open(Path, _base, Identity.Id, 5).Fault?.Kind);
        }

        old.Dispose(); // leaves the file alone
        using var reader = OverlayFile.Open(Path, _base, Identity.Id, null).ValueOrThrow();
        var bytes = new byte[1024];
        Assert.Equal(BlockStatus.Ok, reader.Read(0, bytes));
        Assert.Equal([.. Filled(512, 5), .. Filled(512, 6)], bytes);
        Assert.Equal(6u, reader.Incarnation);
    }

    [Fact]
    public void A_reader_cannot_write_and_leaves_the_file_as_it_is()
    {
        CreateAndOpen(10 * Cluster).Dispose();
        var before = File.ReadAllBytes(Path);
        using (var reader = OverlayFile.Open(Path, _base, Identity.Id, null).ValueOrThrow())
        {
            Assert.True(reader.IsReadOnly);
            Assert.Equal(BlockStatus.ReadOnly, reader.Write(0, new byte[512]));
            Assert.Equal(BlockStatus.ReadOnly, reader.WriteZeroes(0, 512));
            Assert.Equal(BlockStatus.Ok, reader.Flush());
        }

        Assert.Equal(before, File.ReadAllBytes(Path));
    }

    [Fact]
    public void Only_the_base_that_it_was_made_for_is_taken()
    {
        CreateAndOpen(10 * Cluster).Dispose();
        Assert.Equal(StorageFaultKind.WrongBase, OverlayFile.Open(Path, _base, "sha256:other", 2).Fault?.Kind);
        Assert.Equal(StorageFaultKind.WrongBase, OverlayFile.Open(Path, new MemoryDisk(512), Identity.Id, 2).Fault?.Kind);
        Assert.Equal(StorageFaultKind.WrongBase, OverlayFile.Open(Path, null, Identity.Id, 2).Fault?.Kind);
        Assert.Null(OverlayFile.Open(Path, _base, Identity.Id, 2).Fault);
    }

    [Fact]
    public void Faults_name_what_is_wrong()
    {
        Assert.Equal(StorageFaultKind.NotFound, OverlayFile.Open(Path, null, "", 1).Fault?.Kind);
        File.WriteAllText(Path, "a text file");
        Assert.Equal(StorageFaultKind.NotAnOverlay, OverlayFile.Open(Path, null, "", 1).Fault?.Kind);
        Assert.Equal(StorageFaultKind.AlreadyExists, OverlayFile.Create(Path, 512, ImageIdentity.None)?.Kind);
        File.Delete(Path);
        Assert.Equal(StorageFaultKind.BadSize, OverlayFile.Create(Path, 0, ImageIdentity.None)?.Kind);
        Assert.Equal(StorageFaultKind.BadSize, OverlayFile.Create(Path, 1000, ImageIdentity.None)?.Kind);
        Assert.Equal(StorageFaultKind.BadSize, OverlayFile.Create(Path, Cluster, Identity)?.Kind);
        Assert.Equal(StorageFaultKind.BadSize, OverlayFile.Create(Path, 1L << 50, ImageIdentity.None)?.Kind);
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public void A_newer_format_is_named_as_such()
    {
        var block = new OverlayHeader(3, Cluster, 16, ImageIdentity.None, 0, true).Encode();
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(8), 2);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(4092), Crc32C.Of(block.AsSpan(0, 4092)));
        File.WriteAllBytes(Path, [.. block, .. block]);
        Assert.Equal(StorageFaultKind.UnknownVersion, OverlayFile.Open(Path, null, "", 1).Fault?.Kind);
    }

    [Fact]
    public void The_checksum_is_crc_32c()
    {
        Assert.Equal(0xe306_9283u, Crc32C.Of("123456789"u8)); // the check value of RFC 3720's polynomial
        Assert.Equal(0x8a91_36aau, Crc32C.Of(new byte[32])); // RFC 3720, appendix B.4
    }

    [Fact]
    public async Task Threads_that_write_and_flush_at_once_lose_nothing()
    {
        const int Threads = 4;
        const int Rounds = 150;
        const int Sectors = 2048;
        var model = new byte[Sectors * 512];
        using (var disk = CreateAndOpen(Sectors * 512))
        {
            disk.Read(0, model);
            await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(() =>
            {
                // Each thread has its own sectors, but all share clusters.
                var random = new Random(thread);
                for (var i = 0; i < Rounds; i++)
                {
                    var sector = (random.Next(Sectors / Threads) * Threads) + thread;
                    var bytes = Filled(512, (byte)random.Next(256));
                    Assert.Equal(BlockStatus.Ok, disk.Write(sector * 512L, bytes));
                    bytes.CopyTo(model, sector * 512);
                    if (i % 20 == 0)
                        Assert.Equal(BlockStatus.Ok, disk.Flush());
                    var read = new byte[512];
                    Assert.Equal(BlockStatus.Ok, disk.Read(sector * 512L, read));
                    Assert.Equal(bytes, read);
                }
            }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        }

        using var again = Open(2);
        Assert.Equal(model, ReadAll(again));
    }

    private OverlayDisk CreateAndOpen(long length, ulong incarnation = 1)
    {
        Assert.Null(OverlayFile.Create(Path, length, Identity));
        return Open(incarnation);
    }

    private OverlayDisk Open(ulong incarnation) => OverlayFile.Open(Path, _base, Identity.Id, incarnation).ValueOrThrow();

    private static byte[] ReadAll(OverlayDisk disk)
    {
        var bytes = new byte[disk.LengthBytes];
        Assert.Equal(BlockStatus.Ok, disk.Read(0, bytes));
        return bytes;
    }

    private static byte[] Filled(int length, byte value)
    {
        var bytes = new byte[length];
        bytes.AsSpan().Fill(value);
        return bytes;
    }
}
