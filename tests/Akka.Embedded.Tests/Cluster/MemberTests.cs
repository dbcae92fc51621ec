using Akka.Actor;
using Akka.Cluster;
using static Akka.Embedded.Tests.Cluster.Nodes;

namespace Akka.Embedded.Tests.Cluster;

public sealed class MemberTests
{
    [Fact]
    public void Exactly_the_documented_steps_of_a_members_life_are_legal()
    {
        var legal = new HashSet<string>(StringComparer.Ordinal)
        {
            "Joining>WeaklyUp", "Joining>Up", "Joining>Leaving", "Joining>Down", "Joining>Removed",
            "WeaklyUp>Up", "WeaklyUp>Leaving", "WeaklyUp>Down", "WeaklyUp>Removed",
            "Up>Leaving", "Up>Down", "Up>Removed",
            "Leaving>Exiting", "Leaving>Down", "Leaving>Removed",
            "Exiting>Down", "Exiting>Removed",
            "Down>Removed",
        };
        foreach (var from in Enum.GetValues<MemberStatus>())
        {
            foreach (var to in Enum.GetValues<MemberStatus>())
            {
                var member = Member("a", from);
                if (from == to || legal.Contains($"{from}>{to}"))
                    Assert.Equal(to, member.Copy(to).Status);
                else
                    Assert.Throws<InvalidOperationException>(() => member.Copy(to));
            }
        }
    }

    [Fact]
    public void The_member_that_was_up_first_is_the_oldest()
    {
        var first = Member("z", upNumber: 1);
        var second = Member("a", upNumber: 2);
        var joining = Member("0", MemberStatus.Joining);

        Assert.True(first.IsOlderThan(second));
        Assert.Equal([first, second, joining], new[] { joining, second, first }.Order(Akka.Cluster.Member.AgeOrdering));
    }

    [Fact]
    public void Members_of_one_age_are_ordered_by_address()
    {
        Assert.True(Member("a", upNumber: 3).IsOlderThan(Member("b", upNumber: 3)));
        Assert.False(Member("b", upNumber: 3).IsOlderThan(Member("a", upNumber: 3)));
    }

    [Fact]
    public void Members_are_equal_when_they_are_the_same_incarnation()
    {
        Assert.Equal(Member("a"), Member("a", MemberStatus.Down, 7));
        Assert.NotEqual(Member("a"), new Member(Node("a", 2), 1, MemberStatus.Up, []));
    }

    [Fact]
    public void Addresses_are_ordered_by_host_and_then_by_port()
    {
        var addresses = new[] { ("b", 1), ("a", 10), ("a", 9) }.Select(x => new Address("akka.tcp", "sys", x.Item1, x.Item2)).ToArray();

        Assert.Equal([addresses[2], addresses[1], addresses[0]], addresses.Order(Akka.Cluster.Member.AddressOrdering));
    }
}
