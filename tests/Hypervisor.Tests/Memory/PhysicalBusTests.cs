using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Tests.Memory;

public sealed class PhysicalBusTests
{
    [Theory]
    [InlineData(0x1000UL, 8, 1)]
    [InlineData(0x10FFUL, 1, 1)]
    [InlineData(0x10FFUL, 2, 0)]
    [InlineData(0x0FFFUL, 1, 0)]
    [InlineData(0x1100UL, 4, 2)]
    [InlineData(0x2000UL, 4, 0)]
    [InlineData(0xFFFF_FFFF_FFFF_FFF8UL, 8, 3)]
    [InlineData(0xFFFF_FFFF_FFFF_FFFFUL, 8, 0)]
    public void An_access_finds_the_window_that_holds_all_of_it(ulong address, int size, int expected)
    {
        var bus = new PhysicalBus();
        bus.Map(new Gpa(0x1100), 0x100, new Numbered(2));
        bus.Map(new Gpa(0xFFFF_FFFF_FFFF_FF00), 0x100, new Numbered(3));
        bus.Map(new Gpa(0x1000), 0x100, new Numbered(1));
        Assert.Equal(expected != 0, bus.TryRead(new Gpa(address), size, out ulong value));
        Assert.Equal((ulong)expected, value);
        Assert.Equal(expected != 0, bus.TryWrite(new Gpa(address), size, 1));
    }

    [Theory]
    [InlineData(0x0FFFUL, 2UL)]
    [InlineData(0x10FFUL, 1UL)]
    [InlineData(0x0UL, 0x10000UL)]
    [InlineData(0x5000UL, 0UL)]
    [InlineData(0xFFFF_FFFF_FFFF_F000UL, 0x1001UL)]
    public void Windows_neither_overlap_nor_wrap(ulong start, ulong length)
    {
        var bus = new PhysicalBus();
        bus.Map(new Gpa(0x1000), 0x100, new Numbered(1));
        Assert.Throws<ArgumentException>(() => bus.Map(new Gpa(start), length, new Numbered(2)));
        Assert.Single(bus.Windows);
    }

    private sealed class Numbered(ulong number) : IMmioDevice
    {
        public ulong Read(ulong offset, int size) => number;

        public void Write(ulong offset, int size, ulong value)
        {
        }
    }
}
