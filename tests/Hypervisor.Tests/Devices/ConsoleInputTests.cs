using Trapline.Hypervisor.Devices.Console;

namespace Trapline.Hypervisor.Tests.Devices;

public sealed class ConsoleInputTests
{
    [Fact]
    public void Takes_what_fits_and_says_when_there_is_room_again()
    {
        var input = new ConsoleInput(4);
        var freed = 0;
        input.SpaceFreed += () => freed++;
        Assert.Equal(4, input.Offer("abcdef"u8));
        Assert.Equal(0, input.Offer("x"u8));
        var bytes = new byte[3];
        Assert.Equal(3, input.Take(bytes));
        Assert.Equal("abc"u8.ToArray(), bytes);
        Assert.Equal(1, freed);
        Assert.Equal(2, input.Offer("ef"u8));
        Assert.Equal("def"u8.ToArray(), input.Peek());
        Assert.Equal(3, input.Take(bytes));
        Assert.Equal("def"u8.ToArray(), bytes);
        Assert.Equal(1, freed); // nobody was refused since
        Assert.Equal(0, input.Take(bytes));
    }

    [Fact]
    public void Tells_the_attached_device_alone()
    {
        var input = new ConsoleInput();
        var (first, second) = (0, 0);
        input.Attach(() => first++);
        input.Offer("a"u8);
        input.Attach(() => second++);
        input.Offer("b"u8);
        Assert.Equal((1, 1), (first, second));
    }
}
