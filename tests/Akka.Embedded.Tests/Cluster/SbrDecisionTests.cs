using System.Globalization;
using Akka.Cluster;
using Akka.Cluster.SBR;
using Trapline.TestSupport;
using static Akka.Embedded.Tests.Cluster.Nodes;

namespace Akka.Embedded.Tests.Cluster;

/// <summary>The decision table <c>sbr-decisions.txt</c>, and when decisions are made.</summary>
public sealed class SbrDecisionTests
{
    public static TheoryData<string> Rows =>
        [.. File.ReadLines(Repository.PathOf("tests", "Akka.Embedded.Tests", "Cluster", "sbr-decisions.txt"))
            .Where(line => line.Length > 0 && line[0] != '#')];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_view_leads_to_its_decision(string row)
    {
        var columns = row.Split('|', StringSplitOptions.TrimEntries);
        var strategy = Strategy(columns[0]);
        var view = new PartitionView([.. columns[1].Split(' ').Select(ParseMember)], Observations(columns[2]), Set(columns[3]));

        var decision = strategy.Decide(view);

        Assert.Equal(columns[4], decision.ToString());
        Assert.Equal(Set(columns[5]), strategy.NodesToDown(view, decision));
    }

    /// <summary>Every way to cut a cluster in two: the strategies that promise it must leave at most one side.</summary>
    [Theory]
    [InlineData("keep-majority")]
    [InlineData("keep-oldest")]
    [InlineData("keep-oldest+alone")]
    [InlineData("static-quorum:4")]
    public void No_cut_leaves_two_sides(string name)
    {
        var strategy = Strategy(name);
        var members = Enumerable.Range(0, 7).Select(i => Member($"n{i}", upNumber: ((i * 3) % 7) + 1)).ToArray();
        for (var mask = 1; mask < (1 << members.Length) - 1; mask++)
        {
            var side = members.Where((_, i) => ((mask >> i) & 1) != 0).ToArray();
            var other = members.Except(side).ToArray();
            var survivors = (Survives(strategy, members, side, other) ? 1 : 0) + (Survives(strategy, members, other, side) ? 1 : 0);
            Assert.True(survivors <= 1, $"{string.Join(',', side.Select(m => m.Address.Host))} and the others both survive");
            if (name == "keep-majority")
                Assert.Equal(1, survivors);
        }
    }

    [Fact]
    public void Nothing_is_decided_before_the_view_has_been_stable_long_enough()
    {
        var watch = new StabilityWatch(new KeepMajority(""), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(8));
        var whole = StateOf("a", Member("a"), Member("b", upNumber: 2), Member("c", upNumber: 3), Member("d", upNumber: 4), Member("e", upNumber: 5));
        watch.Update(whole, TimeSpan.Zero);
        watch.Update(whole with { Gossip = whole.Gossip with { Reachability = Observations("a>c") } }, TimeSpan.FromSeconds(1));
        Assert.Null(watch.Tick(TimeSpan.FromSeconds(10)));

        // A further change starts the wait anew.
        watch.Update(whole with { Gossip = whole.Gossip with { Reachability = Observations("a>c b>d") } }, TimeSpan.FromSeconds(10));
        Assert.Null(watch.Tick(TimeSpan.FromSeconds(19)));
        Assert.Equal(Set("c d"), watch.Tick(TimeSpan.FromSeconds(20))!.Down);
    }

    [Fact]
    public void Only_the_leader_of_a_side_decides()
    {
        var state = StateOf("b", Member("a"), Member("b", upNumber: 2), Member("c", upNumber: 3));
        var watch = new StabilityWatch(new KeepMajority(""), TimeSpan.FromSeconds(10), TimeSpan.Zero);
        watch.Update(state with { Gossip = state.Gossip with { Reachability = Observations("a>c b>c") } }, TimeSpan.Zero);

        Assert.Null(watch.Tick(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void A_network_that_does_not_become_stable_ends_the_cluster()
    {
        var whole = StateOf("a", Member("a"), Member("b", upNumber: 2), Member("c", upNumber: 3));
        var broken = whole with { Gossip = whole.Gossip with { Reachability = Observations("a>c") } };
        var watch = new StabilityWatch(new KeepMajority(""), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(8));
        StabilityWatch.Verdict? verdict = null;
        var second = 0;
        for (; verdict is null && second < 60; second++)
        {
            if (second % 4 == 0)
                watch.Update(second % 8 == 0 ? broken : whole, TimeSpan.FromSeconds(second));
            verdict = watch.Tick(TimeSpan.FromSeconds(second));
        }

        Assert.Equal(DowningDecision.DownAll, verdict?.Decision);
        Assert.InRange(second, 18, 30);
    }

    private static bool Survives(DowningStrategy strategy, Member[] members, Member[] side, Member[] other)
    {
        var observations = string.Join(' ', side.SelectMany(s => other.Select(o => $"{s.Address.Host}>{o.Address.Host}")));
        var view = new PartitionView([.. members], Observations(observations), [.. side.Select(m => m.UniqueAddress)]);
        return strategy.Decide(view) == DowningDecision.DownUnreachable;
    }

    private static DowningStrategy Strategy(string text)
    {
        var parts = text.Split(':');
        return parts[0] switch
        {
            "keep-majority" => new KeepMajority(parts.ElementAtOrDefault(1) ?? ""),
            "static-quorum" => new StaticQuorum(int.Parse(parts[1], CultureInfo.InvariantCulture), parts.ElementAtOrDefault(2) ?? ""),
            "keep-oldest" => new KeepOldest(false, parts.ElementAtOrDefault(1) ?? ""),
            "keep-oldest+alone" => new KeepOldest(true, parts.ElementAtOrDefault(1) ?? ""),
            _ => new DownAll(),
        };
    }

    private static Member ParseMember(string word)
    {
        var (name, rest) = (word.Split('=')[0], word.Split('=')[1].Split('/'));
        var status = rest[0][0] switch
        {
            'u' => MemberStatus.Up,
            'w' => MemberStatus.WeaklyUp,
            'j' => MemberStatus.Joining,
            'l' => MemberStatus.Leaving,
            'e' => MemberStatus.Exiting,
            _ => MemberStatus.Down,
        };
        var age = rest[0].Length > 1 ? int.Parse(rest[0][1..], CultureInfo.InvariantCulture) : 1;
        return Member(name, status, age, rest[1..]);
    }
}
