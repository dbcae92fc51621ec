using Trapline.Shared.Naming;

namespace Trapline.Shared.Tests.Naming;

/// <summary>Who misspells a name reads which one was probably meant, and what there is.</summary>
public sealed class UnknownNameTests
{
    [Theory]
    [InlineData("minos", "minios")]
    [InlineData("mniios", "minios")]
    [InlineData("MINIOS", "minios")]
    [InlineData("journla", "journal")]
    [InlineData("hlo", null)]
    [InlineData("hero", null)]
    [InlineData("hllo", "hello")]
    [InlineData("debian", null)]
    [InlineData("", null)]
    public void The_nearest_name_is_proposed_if_it_is_near(string given, string? meant) =>
        Assert.Equal(meant, UnknownName.Nearest(given, ["hello", "journal", "minios", "pagestorm"]));

    [Fact]
    public void Of_several_that_are_as_near_none_is_proposed()
    {
        Assert.Null(UnknownName.Nearest("node7", ["node1", "node2"]));
        Assert.Equal("node1", UnknownName.Nearest("nod1", ["node1", "node2"]));
    }

    [Fact]
    public void The_message_lists_what_there_is_and_not_without_end()
    {
        Assert.Equal("There is no image 'minos'. Did you mean 'minios'? Images: hello, minios.", UnknownName.Describe("image", "minos", "Images", ["hello", "minios"]));
        Assert.Equal("There is no VM 'web'. VMs: none.", UnknownName.Describe("VM", "web", "VMs", []));
        var many = UnknownName.Describe("VM", "x", "VMs", Enumerable.Range(0, 1000).Select(i => $"web-{i}"));
        Assert.EndsWith($"web-{UnknownName.MostListed - 1}, ….", many, StringComparison.Ordinal);
        Assert.Null(UnknownName.Nearest(new string('x', 100_000), ["hello"]));
    }
}
