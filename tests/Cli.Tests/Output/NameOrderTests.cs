using Trapline.Cli.Output;

namespace Trapline.Cli.Tests.Output;

/// <summary>Lists are in the order in which people count.</summary>
public sealed class NameOrderTests
{
    [Fact]
    public void Numbers_in_names_count_as_numbers()
    {
        string[] ordered = ["a", "node1", "node2", "node10", "web", "web-1", "web-01", "web-2", "web-2a", "web-10", "web-18446744073709551616", "web-18446744073709551617"];
        string[] shuffled = [.. ordered];
        new Random(7).Shuffle(shuffled);
        Assert.Equal(ordered.Order(NameOrder.Instance), shuffled.Order(NameOrder.Instance));
        Assert.Equal(["node1", "node2", "node10"], new[] { "node10", "node2", "node1" }.Order(NameOrder.Instance));
        Assert.True(NameOrder.Instance.Compare("web-2", "web-10") < 0 && NameOrder.Instance.Compare("web-10", "web-2") > 0);
        Assert.Equal(0, NameOrder.Instance.Compare("web-1", "web-1"));
        Assert.NotEqual(0, NameOrder.Instance.Compare("web-1", "web-01"));
        Assert.True(NameOrder.Instance.Compare(null, "a") < 0);
    }
}
