using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Tests.Memory;

public sealed class GuestRamTests
{
    private const ulong Size = 1 << 20;

    [Theory]
    [InlineData(0x8000_0000UL, 1, true)]
    [InlineData(0x800F_FFFFUL, 1, true)]
    [InlineData(0x800F_FFFFUL, 2, false)]
    [InlineData(0x7FFF_FFFFUL, 2, false)]
    [InlineData(0x8010_0000UL, 1, false)]
    [InlineData(0x8010_0000UL, 0, false)]
    [InlineData(0UL, 8, false)]
    [InlineData(ulong.MaxValue, 8, false)]
    public void Access_outside_RAM_is_refused(ulong address, int length, bool allowed)
    {
        using var ram = new GuestRam(Size);
        Assert.Equal(allowed, ram.TryRead(new Gpa(address), new byte[length]));
        Assert.Equal(allowed, ram.TryWrite(new Gpa(address), new byte[length]));
        Assert.Equal(allowed, ram.TryGetSpan(new Gpa(address), length, out _));
        Assert.Equal(allowed, ram.TryGetReadOnlySpan(new Gpa(address), length, out _));
    }

    [Fact]
    public void A_negative_length_is_refused()
    {
        using var ram = new GuestRam(Size);
        Assert.False(ram.TryGetSpan(GuestRam.Base, -1, out _));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Memory_starts_zeroed_and_keeps_what_is_written(bool portable)
    {
        using var ram = new GuestRam(Size, portable ? new PortableHostMemory() : HostMemory.Default);
        var read = new byte[4];
        Assert.True(ram.TryRead(ram.End + unchecked((ulong)-4), read));
        Assert.Equal(new byte[4], read);
        Assert.True(ram.TryWrite(GuestRam.Base + 0xFFE, [1, 2, 3, 4]));
        Assert.True(ram.TryRead(GuestRam.Base + 0xFFE, read));
        Assert.Equal(new byte[] { 1, 2, 3, 4 }, read);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Machines_started_from_one_file_do_not_see_each_others_writes(bool portable)
    {
        IHostMemory host = portable ? new PortableHostMemory() : HostMemory.Default;
        string path = Path.GetTempFileName();
        try
        {
            var content = new byte[Size + 4096];
            new Random(1).NextBytes(content);
            File.WriteAllBytes(path, content);
            using var file = File.OpenHandle(path);
            using GuestRam first = GuestRam.MapCopyOnWrite(file, 4096, Size, host);
            using GuestRam second = GuestRam.MapCopyOnWrite(file, 4096, Size, host);
            Assert.True(first.TryWrite(GuestRam.Base + 100, [0xAA]));
            var read = new byte[200];
            Assert.True(second.TryRead(GuestRam.Base, read));
            Assert.Equal(content[4096..4296], read);
            Assert.Equal(content, File.ReadAllBytes(path));
            Assert.Throws<IOException>(() => GuestRam.MapCopyOnWrite(file, 8192, Size, host));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Dirty_pages_are_those_written_since_the_last_collection()
    {
        using var ram = new GuestRam(Size);
        ram.TryWrite(GuestRam.Base, [1]);
        ram.StartDirtyTracking();
        ram.TryWrite(GuestRam.Base + 0x1FFF, [1, 2]);
        ram.TryGetSpan(GuestRam.Base + 0x8000, 10, out _);
        Assert.Equal([1, 2, 8], Collect(ram));
        Assert.Empty(Collect(ram));
        ram.TryWrite(GuestRam.Base + 0x2000, [1]);
        Assert.Equal([2], Collect(ram));
        ram.StopDirtyTracking();
        ram.StartDirtyTracking();
        Assert.Empty(Collect(ram));
    }

    [Fact]
    public void A_write_to_a_page_with_cached_code_changes_its_generation_once()
    {
        using var ram = new GuestRam(Size);
        ram.TryWrite(GuestRam.Base, [1]);
        Assert.Equal((0u, 0L), (ram.CodeGeneration(0), ram.CodeWrites));
        ram.MarkCode(0);
        ram.TryWrite(GuestRam.Base + 8, [1]);
        ram.TryWrite(GuestRam.Base + 8, [1]);
        ram.TryWrite(GuestRam.Base + 4096, [1]);
        Assert.Equal((1u, 1L), (ram.CodeGeneration(0), ram.CodeWrites));
    }

    internal static List<int> Collect(GuestRam ram)
    {
        var pages = new List<int>();
        int count = ram.CollectDirtyPages(pages.Add);
        Assert.Equal(count, pages.Count);
        return pages;
    }
}
