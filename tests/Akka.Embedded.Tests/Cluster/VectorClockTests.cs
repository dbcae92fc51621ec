using Akka.Cluster;

namespace Akka.Embedded.Tests.Cluster;

public sealed class VectorClockTests
{
    private static readonly VectorClock.Node A = VectorClock.Node.Create("a");
    private static readonly VectorClock.Node B = VectorClock.Node.Create("b");

    [Fact]
    public void A_clock_is_after_what_it_grew_from()
    {
        var first = VectorClock.Create().Increment(A);
        var second = first.Increment(B);

        Assert.True(second > first);
        Assert.True(first < second);
        Assert.Equal(VectorClock.Ordering.After, second.CompareTo(first));
        Assert.False(first.IsConcurrentWith(second));
    }

    [Fact]
    public void Clocks_that_do_not_know_each_other_are_concurrent_and_merge_to_one_after_both()
    {
        var start = VectorClock.Create().Increment(A);
        var one = start.Increment(A);
        var other = start.Increment(B);

        Assert.True(one.IsConcurrentWith(other));
        var merged = one.Merge(other);
        Assert.True(merged > one && merged > other);
        Assert.Equal(merged, other.Merge(one));
    }

    [Fact]
    public void Equal_counters_are_the_same_clock_however_they_came_about()
    {
        var one = VectorClock.Create().Increment(A).Increment(B);
        var other = VectorClock.Create().Increment(B).Increment(A);

        Assert.True(one == other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.True(one.IsSameAs(other));
    }

    [Fact]
    public void Pruning_forgets_one_node()
    {
        var clock = VectorClock.Create().Increment(A).Increment(B);

        Assert.Equal(VectorClock.Create().Increment(A), clock.Prune(B));
        Assert.Equal(clock, clock.Prune(VectorClock.Node.Create("c")));
    }

    [Fact]
    public void Nodes_are_known_by_a_short_hash_of_their_name()
    {
        Assert.Equal(A, VectorClock.Node.FromHash(A.ToString()));
        Assert.NotEqual(A, B);
        Assert.True(VectorClock.Node.Create(new string('x', 1000)).ToString().Length <= 32);
    }
}
