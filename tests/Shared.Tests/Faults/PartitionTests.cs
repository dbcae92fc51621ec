using System.Collections.Immutable;
using Trapline.Shared.Faults;

namespace Trapline.Shared.Tests.Faults;

public sealed class PartitionTests
{
    private static readonly string[] Nodes = ["controller1", "node1", "node2"];

    [Theory]
    [InlineData("node1 | controller1", false, "node1", "controller1", true, true)]
    [InlineData("node1 | controller1", false, "controller1", "node1", true, true)]
    [InlineData("node1 | controller1", false, "node1", "node2", false, false)]
    [InlineData("node1, node2|controller1", false, "node1", "node2", false, false)]
    [InlineData("node1 | node2 | controller1", false, "node2", "controller1", true, true)]
    [InlineData("node1", false, "node1", "node2", true, true)]
    [InlineData("node1 | controller1", true, "node1", "controller1", true, false)]
    [InlineData("node1 | controller1", true, "controller1", "node1", false, true)]
    [InlineData("node1 | node2 | controller1", true, "node2", "controller1", false, false)]
    public void Cuts_are_between_groups_and_one_way_only_from_the_first(string groups, bool oneWay, string node, string peer, bool send, bool receive)
    {
        Assert.Null(Partition.Complete(Partition.Parse(groups), Nodes, out var complete));
        var partition = new Partition("p1", complete, oneWay, default);
        Assert.Equal((send, receive), partition.CutsBetween(node, peer));
    }

    [Theory]
    [InlineData("", "none of them empty")]
    [InlineData("node1 |", "none of them empty")]
    [InlineData("node1 | node9", "There is no node 'node9'. Nodes: controller1, node1, node2.")]
    [InlineData("node1,node2 | node1", "'node1' is named twice.")]
    [InlineData("controller1,node1,node2", "nothing would be cut")]
    public void Wrong_groups_are_named(string groups, string complaint) =>
        Assert.Contains(complaint, Partition.Complete(Partition.Parse(groups), Nodes, out _), StringComparison.Ordinal);

    [Fact]
    public void What_is_written_to_the_folder_is_read_until_it_is_healed()
    {
        var root = Directory.CreateTempSubdirectory("trapline-");
        try
        {
            var folder = new FaultFolder(root.FullName);
            Assert.Null(folder.ReadPartition());
            Assert.Empty(folder.ReadNodes());
            folder.Heal();

            ImmutableArray<ImmutableArray<string>> groups = [["node1"], ["node2"]];
            folder.Write(new Partition("p1", groups, true, DateTimeOffset.UnixEpoch));
            folder.Write(new FaultyNode("node1", "127.0.0.1", 4711, "p1"));
            Assert.Equal("node1 > node2", folder.ReadPartition()!.Text);
            Assert.Equal(new FaultyNode("node1", "127.0.0.1", 4711, "p1"), Assert.Single(folder.ReadNodes()));

            folder.Heal();
            Assert.Null(folder.ReadPartition());
            folder.Clear();
            Assert.Empty(folder.ReadNodes());
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }
}
