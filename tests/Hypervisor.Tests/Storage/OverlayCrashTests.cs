using Trapline.Hypervisor.Storage;
using Trapline.Hypervisor.Storage.Overlay;
using Trapline.TestSupport;

namespace Trapline.Hypervisor.Tests.Storage;

/// <summary>
/// Power cuts at every write of seeded workloads. Afterwards the disk opens, every sector that a flush acknowledged is there, and every
/// sector written since is one of its versions, never anything else.
/// </summary>
public sealed class OverlayCrashTests
{
    private const int Sector = 512;
    private const int Sectors = 1024 * 8; // 1,024 clusters of 4 KiB: two map pages
    private const int ClusterShift = 12;
    private const int BaseSectors = 5000;

    private static readonly byte[] BaseContent = Content(BaseSectors);
    private static readonly ImageIdentity Identity = new(BaseContent.Length, "sha256:base");

    [Fact]
    public void A_power_cut_at_any_write_loses_nothing_that_was_flushed() => FuzzRun.ForEachSeed(6, random =>
    {
        var seed = random.Next();
        var uncut = new PowerCutFile(Empty());
        Workload.Run(uncut, new Random(seed));
        for (var cut = 0; cut < uncut.Operations; cut++)
        {
            var file = new PowerCutFile(Empty()) { OperationsLeft = cut };
            var model = Workload.Run(file, new Random(seed));
            var found = file.AfterPowerCut(random);
            var again = AssertHolds(found, model, $"cut at operation {cut}");

            // And once more, while the disk is being used after its recovery.
            again.OperationsLeft = random.Next(40);
            model = Workload.Run(again, new Random(random.Next()), model);
            AssertHolds(again.AfterPowerCut(random), model, $"second cut after a cut at operation {cut}");
        }
    });

    [Fact]
    public void A_power_cut_while_an_overlay_is_made_leaves_a_good_one_or_a_typed_fault() => FuzzRun.ForEachSeed(300, random =>
    {
        var file = new PowerCutFile { OperationsLeft = random.Next(6) };
        var made = OverlayDisk.Create(file, "disk", (long)Sectors * Sector, Identity, ClusterShift) is null;
        var opened = OverlayDisk.Open(new PowerCutFile(file.AfterPowerCut(random)), "disk", Base(), Identity.Id, 1);
        Assert.True(opened.Value is null != opened.Fault is null);
        if (made)
            Assert.NotNull(opened.Value);
        else if (opened.Fault is { } fault)
            Assert.Contains(fault.Kind, new[] { StorageFaultKind.NotAnOverlay, StorageFaultKind.Corrupt, StorageFaultKind.Truncated });
    });

    [Fact]
    public void A_closed_overlay_that_was_cut_short_is_refused()
    {
        var bytes = Closed();
        for (var length = 0; length < bytes.Length; length += length < 20_000 ? 97 : 4099)
        {
            var opened = OverlayDisk.Open(new PowerCutFile(bytes[..length]), "disk", Base(), Identity.Id, 9);
            Assert.NotNull(opened.Fault);
            Assert.Contains(opened.Fault.Kind, new[] { StorageFaultKind.NotAnOverlay, StorageFaultKind.Corrupt, StorageFaultKind.Truncated });
        }

        Assert.Null(OverlayDisk.Open(new PowerCutFile(bytes), "disk", Base(), Identity.Id, 9).Fault);
        Assert.NotNull(OverlayDisk.Open(new PowerCutFile(bytes[..^1]), "disk", Base(), Identity.Id, 9).Fault);
    }

    [Fact]
    public void Damage_to_header_or_map_is_noticed_or_harmless() => FuzzRun.ForEachSeed(400, random =>
    {
        var bytes = Closed();
        var expected = ReadAll(bytes);
        var metadata = 8192 + (2 * 8192);
        bytes[random.Next(metadata)] ^= (byte)(1 << random.Next(8));
        var opened = OverlayDisk.Open(new PowerCutFile(bytes), "disk", Base(), Identity.Id, null);
        if (opened.Fault is { } fault)
            Assert.Equal(StorageFaultKind.Corrupt, fault.Kind);
        else
            Assert.Equal(expected, ReadAll(bytes)); // one of the two copies of the header was enough
    });

    [Fact]
    public void A_map_that_contradicts_itself_is_refused()
    {
        // A good checksum over wrong content: two clusters in one place, a cluster beyond the end, one that is not in the file.
        foreach (var (entry, kind) in new[] { (2u, StorageFaultKind.Corrupt), (5000u, StorageFaultKind.Truncated) })
        {
            var bytes = Closed();
            var slot = bytes.AsSpan(8192, 4096);
            var page = MapPage.Inspect(slot, 0, out _) == SlotState.Good ? MapPage.Decode(slot, 0) : MapPage.Decode(bytes.AsSpan(12288, 4096), 1);
            page.Clusters[1] = entry;
            page.Clusters[2] = 2;
            page.Encode(0, page.Sequence + 9).CopyTo(slot);
            Assert.Equal(kind, OverlayDisk.Open(new PowerCutFile(bytes), "disk", Base(), Identity.Id, null).Fault?.Kind);
        }
    }

    [Fact]
    public void After_a_failed_flush_nothing_more_is_promised()
    {
        var file = new PowerCutFile(Empty());
        var disk = OverlayDisk.Open(file, "disk", Base(), Identity.Id, 1).ValueOrThrow();
        Assert.Equal(BlockStatus.Ok, disk.Write(0, new byte[512]));
        file.OperationsLeft = 0;
        Assert.Equal(BlockStatus.IoError, disk.Flush());
        file.OperationsLeft = null; // the storage is well again, but what it has lost is unknown
        Assert.Equal(BlockStatus.IoError, disk.Flush());
        Assert.Equal(BlockStatus.IoError, disk.Write(0, new byte[512]));
        Assert.Equal(BlockStatus.Ok, disk.Read(0, new byte[512]));
    }

    private static PowerCutFile AssertHolds(byte[] found, SectorModel model, string when)
    {
        var file = new PowerCutFile(found);
        var opened = OverlayDisk.Open(file, "disk", Base(), Identity.Id, model.Incarnation);
        Assert.True(opened.Fault is null, $"{when}: {opened.Fault}");
        var all = new byte[Sectors * Sector];
        Assert.Equal(BlockStatus.Ok, opened.Value!.Read(0, all));
        for (var i = 0; i < Sectors; i++)
        {
            var sector = all.AsSpan(i * Sector, Sector);
            if (!model.Settle(i, sector))
                Assert.Fail($"{when}: sector {i} begins {Convert.ToHexString(sector[..8])}");
        }

        return file;
    }

    private static byte[] Empty()
    {
        var file = new PowerCutFile();
        Assert.Null(OverlayDisk.Create(file, "disk", (long)Sectors * Sector, Identity, ClusterShift));
        return file.Content;
    }

    private static byte[] Closed()
    {
        var file = new PowerCutFile(Empty());
        var disk = OverlayDisk.Open(file, "disk", Base(), Identity.Id, 1).ValueOrThrow();
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(BlockStatus.Ok, disk.Write(i * 37 * 4096L, Content(3)));
            Assert.Equal(BlockStatus.Ok, disk.Flush());
        }

        disk.Dispose();
        return file.Content;
    }

    private static byte[] ReadAll(byte[] file)
    {
        using var disk = OverlayDisk.Open(new PowerCutFile(file), "disk", Base(), Identity.Id, null).ValueOrThrow();
        var bytes = new byte[Sectors * Sector];
        Assert.Equal(BlockStatus.Ok, disk.Read(0, bytes));
        return bytes;
    }

    private static MemoryDisk Base() => new(BaseContent, readOnly: true);

    private static byte[] Content(int sectors)
    {
        var bytes = new byte[sectors * Sector];
        new Random(sectors).NextBytes(bytes);
        return bytes;
    }

    /// <summary>What each sector may hold: one durable version, and those written since the last flush that succeeded.</summary>
    private sealed class SectorModel
    {
        private static readonly byte[] Untouched = new byte[Sector];

        private readonly Dictionary<int, List<byte[]>> _versions = [];

        public ulong Incarnation { get; set; } = 1;

        public void Written(long offset, ReadOnlySpan<byte> bytes)
        {
            for (var at = 0; at < bytes.Length; at += Sector)
                Versions((int)((offset + at) / Sector)).Add(bytes.Slice(at, Sector).ToArray());
        }

        public void Flushed()
        {
            foreach (var versions in _versions.Values)
                versions.RemoveRange(0, versions.Count - 1);
        }

        /// <summary>Whether a sector was found in one of its versions, which is its only one from then on.</summary>
        public bool Settle(int sector, ReadOnlySpan<byte> found)
        {
            if (!_versions.TryGetValue(sector, out var versions))
                return found.SequenceEqual(Original(sector));
            foreach (var version in versions)
            {
                if (!found.SequenceEqual(version))
                    continue;
                _versions[sector] = [version];
                return true;
            }

            return false;
        }

        private List<byte[]> Versions(int sector)
        {
            if (!_versions.TryGetValue(sector, out var versions))
                _versions[sector] = versions = [Original(sector).ToArray()];
            return versions;
        }

        private static ReadOnlySpan<byte> Original(int sector) =>
            sector < BaseSectors ? BaseContent.AsSpan(sector * Sector, Sector) : Untouched;
    }

    private static class Workload
    {
        public static SectorModel Run(PowerCutFile file, Random random, SectorModel? before = null)
        {
            var model = before ?? new SectorModel();
            for (var session = 0; session < 3; session++)
            {
                model.Incarnation++;
                var opened = OverlayDisk.Open(file, "disk", Base(), Identity.Id, model.Incarnation);
                if (opened.Value is not { } disk)
                {
                    Assert.Equal(StorageFaultKind.IoError, opened.Fault!.Kind); // the power went
                    return model;
                }

                for (var i = 0; i < 12; i++)
                {
                    if (!Step(disk, model, random))
                        return model;
                }

                if (random.Next(2) == 0)
                    disk.Dispose();
                if (disk.Flush() == BlockStatus.Ok)
                    model.Flushed();
            }

            return model;
        }

        private static bool Step(OverlayDisk disk, SectorModel model, Random random)
        {
            if (random.Next(4) == 0)
            {
                if (disk.Flush() != BlockStatus.Ok)
                    return false;
                model.Flushed();
                return true;
            }

            var count = random.Next(1, 24);
            var first = random.Next(Sectors - count);
            if (random.Next(2) == 0)
                first %= 64; // come back to the same clusters often
            var bytes = new byte[count * Sector];
            var zero = random.Next(5) == 0;
            if (!zero)
                random.NextBytes(bytes);
            model.Written((long)first * Sector, bytes);
            return (zero
                ? disk.WriteZeroes((long)first * Sector, bytes.Length)
                : disk.Write((long)first * Sector, bytes)) == BlockStatus.Ok;
        }
    }
}
