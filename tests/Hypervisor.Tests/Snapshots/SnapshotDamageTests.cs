using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Machine.Snapshots;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Storage;
using Trapline.Hypervisor.Tests.Machine;
using Xunit;

namespace Trapline.Hypervisor.Tests.Snapshots;

/// <summary>Each way in which a disk can damage a snapshot in place: the file keeps its holes, and one byte or its length is another.</summary>
public sealed class SnapshotDamageTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly MachineHost _host = TestGuests.NewHost(1);
    private MachineBuilder _builder = null!;

    private string Path => _folder.File("saved");

    public async Task InitializeAsync()
    {
        _builder = new MachineBuilder(_host);
        var console = new TestConsole();
        await using var machine = _builder.Build(TestGuests.Guest("minios"), console.Console).Value;
        machine.Start();
        await console.WaitForAsync("minios> ");
        _ = (await machine.SaveSnapshotAsync(Path)).Value;
    }

    public Task DisposeAsync()
    {
        _host.Dispose();
        _folder.Dispose();
        return Task.CompletedTask;
    }

    [SkippableFact]
    public async Task An_undamaged_one_keeps_its_holes_and_goes_on()
    {
        using (var file = File.OpenHandle(Path))
        {
            var data = SparseFiles.Default.DataIn(file, 0, RandomAccess.GetLength(file)).Sum(e => e.Length);
            Skip.If(OperatingSystem.IsLinux() && data == RandomAccess.GetLength(file), "this file system has no holes");
            Assert.True(!OperatingSystem.IsLinux() || data < 16 << 20, $"{data} bytes of a machine that uses a few megabytes");
        }

        await Restore().Value.DisposeAsync();
    }

    [SkippableTheory]
    [InlineData("the magic", 3, "is not a Trapline snapshot")]
    [InlineData("the header", 80, "its header's checksum is wrong")]
    [InlineData("the header's rest", 3000, "the bytes behind its header are not zero")]
    [InlineData("the records", SnapshotHeader.Size + 100, "the checksum of its records is wrong")]
    public void A_changed_byte_of_the_front_is_named(string what, long at, string complaint)
    {
        Flip(at);
        Assert.True(Refusal(Restore()).Contains(complaint, StringComparison.Ordinal), what);
    }

    [SkippableFact]
    public async Task A_changed_byte_of_the_index_or_behind_it_is_named()
    {
        var header = ReadHeader();
        Flip(header.IndexOffset + 5);
        Assert.Contains("the checksum of its page index is wrong", Refusal(Restore()), StringComparison.Ordinal);
        Flip(header.IndexOffset + 5);

        var gap = header.IndexOffset + (header.IndexEntries * SnapshotHeader.IndexEntrySize);
        Skip.If(gap == header.RamOffset, "the index happens to end where a page does");
        Flip(header.RamOffset - 1);
        Assert.Contains("the bytes between its page index and RAM are not zero", Refusal(Restore()), StringComparison.Ordinal);
        Flip(header.RamOffset - 1);
        await Restore().Value.DisposeAsync();
    }

    [SkippableFact]
    public async Task A_changed_byte_of_a_stored_page_is_named()
    {
        var (header, stored) = (ReadHeader(), StoredPages());
        foreach (var page in new[] { stored[0], stored[stored.Count / 2], stored[^1] })
        {
            var at = header.RamOffset + ((long)page << Page.Shift) + 77;
            Flip(at);
            Assert.Contains($"page {page} has the wrong checksum", Refusal(Restore()), StringComparison.Ordinal);
            Flip(at);
        }

        await Restore().Value.DisposeAsync();
    }

    [SkippableFact]
    public async Task A_byte_in_a_hole_is_named_wherever_the_hole_is()
    {
        var (header, stored) = (ReadHeader(), StoredPages().ToHashSet());
        var pages = (int)(header.RamSize >> Page.Shift);
        var holes = Enumerable.Range(0, pages).Where(p => !stored.Contains(p)).ToList();
        // The first and the last page of RAM may be among them; so are neighbours of stored pages.
        var chosen = new[] { holes[0], holes[holes.Count / 2], holes[^1], holes.First(p => stored.Contains(p - 1) || stored.Contains(p + 1)) };
        foreach (var page in chosen)
        {
            var whole = await File.ReadAllBytesAsync(Path);
            Flip(header.RamOffset + ((long)page << Page.Shift) + 4095);
            Assert.Contains($"page {page} is none of those that were stored, and is not empty", Refusal(Restore()), StringComparison.Ordinal);
            Flip(header.RamOffset + ((long)page << Page.Shift) + 4095);
            Assert.Equal(whole, await File.ReadAllBytesAsync(Path));
        }

        // Zeros that take space on the disk are no damage.
        await Restore().Value.DisposeAsync();
    }

    [SkippableTheory]
    [InlineData(-1)]
    [InlineData(-4096)]
    [InlineData(1)]
    [InlineData(4096)]
    public void Another_length_is_named(int by)
    {
        using (var file = new FileStream(Path, FileMode.Open, FileAccess.ReadWrite))
            file.SetLength(file.Length + by);
        Assert.Contains("bytes, its header says", Refusal(Restore()), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task What_was_checked_is_what_the_guest_has_whatever_becomes_of_the_file()
    {
        var (header, stored) = (ReadHeader(), StoredPages());
        var page = stored[stored.Count / 2];
        var at = header.RamOffset + ((long)page << Page.Shift);
        var before = new byte[Page.Size];
        using (var file = File.OpenHandle(Path))
            Assert.Equal(before.Length, RandomAccess.Read(file, before, at));

        await using var machine = Restore().Value;
        Flip(at + 9);
        var ram = machine.Board.Ram;
        Assert.True(before.AsSpan().SequenceEqual(ram.SpanAt(ram.PageAddress(page), Page.Size)));
    }

    [SkippableFact]
    public void A_host_that_cannot_tell_holes_reads_all_and_finds_the_same()
    {
        var (header, stored) = (ReadHeader(), StoredPages().ToHashSet());
        var page = Enumerable.Range(0, (int)(header.RamSize >> Page.Shift)).Last(p => !stored.Contains(p));
        Assert.Null(Check(new PortableSparseFiles()));
        Flip(header.RamOffset + ((long)page << Page.Shift));
        Assert.Contains($"page {page} is none of those", Check(new PortableSparseFiles())!.Wrong, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Looking_for_damage_reads_what_is_data_and_no_more()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "only Linux tells");
        var counted = new Counted();
        Assert.Null(Check(counted));
        Assert.InRange(counted.Bytes, 1, (StoredPages().Count + 64L) << Page.Shift);
    }

    private MachineError? Check(ISparseFiles files)
    {
        using var file = SnapshotFile.Open(Path).Value;
        using var ram = new GuestRam((ulong)file.Header.RamSize);
        return file.ReadInto(ram, files);
    }

    private Result<VirtualMachine> Restore() => _builder.Restore(Path, new TestConsole().Console, TestGuests.Restoring);

    private static string Refusal(Result<VirtualMachine> restored)
    {
        Assert.False(restored.TryGet(out _, out var error), "damage was not noticed");
        Assert.Equal(MachineErrorKind.BadSnapshot, error!.Kind);
        return error.Wrong;
    }

    private SnapshotHeader ReadHeader()
    {
        using var file = SnapshotFile.Open(Path).Value;
        return file.Header;
    }

    private List<int> StoredPages()
    {
        var header = ReadHeader();
        var index = new byte[header.IndexEntries * SnapshotHeader.IndexEntrySize];
        using var file = File.OpenHandle(Path);
        Assert.Equal(index.Length, RandomAccess.Read(file, index, header.IndexOffset));
        return [.. Enumerable.Range(0, (int)header.IndexEntries).Select(i => (int)BitConverter.ToUInt32(index, i * SnapshotHeader.IndexEntrySize))];
    }

    private void Flip(long at)
    {
        using var file = File.OpenHandle(Path, FileMode.Open, FileAccess.ReadWrite);
        var one = new byte[1];
        Assert.Equal(1, RandomAccess.Read(file, one, at));
        one[0] ^= 0x10;
        RandomAccess.Write(file, one, at);
    }

    /// <summary>Counts what is said to be data.</summary>
    private sealed class Counted : ISparseFiles
    {
        public long Bytes { get; private set; }

        public IEnumerable<FileExtent> DataIn(Microsoft.Win32.SafeHandles.SafeFileHandle file, long from, long end) =>
            SparseFiles.Default.DataIn(file, from, end).Select(extent =>
            {
                Bytes += extent.Length;
                return extent;
            });
    }
}
