using Akka.Cluster;
using Akka.Cluster.Membership;
using Akka.Cluster.Tools.Singleton;
using static Akka.Embedded.Tests.Cluster.Nodes;

namespace Akka.Embedded.Tests.Cluster;

public sealed class SingletonCoreTests
{
    [Fact]
    public void The_first_member_runs_the_singleton_and_later_ones_do_not()
    {
        var first = new SingletonCore(Node("b"), "");
        Assert.Contains(first.Handle(StateOf("b", Member("b"))), e => e is SingletonEffect.StartSingleton);

        var second = new SingletonCore(Node("a"), "");
        Assert.Empty(second.Handle(StateOf("a", Member("b"), Member("a", MemberStatus.Joining))));
        Assert.Empty(second.Handle(StateOf("a", Member("b"), Member("a", upNumber: 2))));
        Assert.Equal(SingletonCore.Phase.Younger, second.Current);
    }

    [Fact]
    public void Only_members_of_the_role_count()
    {
        var core = new SingletonCore(Node("b"), "x");

        Assert.Contains(core.Handle(StateOf("b", Member("a"), Member("b", upNumber: 2, roles: "x"))), e => e is SingletonEffect.StartSingleton);
    }

    [Fact]
    public void The_next_asks_the_leaving_oldest_and_starts_when_that_has_stopped()
    {
        var next = Younger();
        var asked = next.Handle(StateOf("b", Member("a", MemberStatus.Exiting), Member("b", upNumber: 2)));
        Assert.Contains(new SingletonEffect.Send(Node("a"), new HandOverToMe(Node("b"))), asked);
        Assert.DoesNotContain(asked, e => e is SingletonEffect.StartSingleton);

        Assert.Contains(next.Handle(new SingletonInput.Retry()), e => e is SingletonEffect.Send { Message: HandOverToMe });
        Assert.Contains(next.Handle(new HandOverDone(Node("a"), CoversOlder: true)), e => e is SingletonEffect.StartSingleton);
    }

    [Fact]
    public void The_leaving_oldest_stops_its_singleton_and_then_lets_the_node_exit()
    {
        var oldest = new SingletonCore(Node("a"), "");
        oldest.Handle(StateOf("a", Member("a"), Member("b", upNumber: 2)));

        var exiting = oldest.Handle(StateOf("a", Member("a", MemberStatus.Exiting), Member("b", upNumber: 2)));
        Assert.Contains(new SingletonEffect.Send(Node("b"), new TakeOverFromMe(Node("a"))), exiting);
        Assert.Contains(oldest.Handle(new HandOverToMe(Node("b"))), e => e is SingletonEffect.StopSingleton);
        var stopped = oldest.Handle(new SingletonInput.SingletonStopped());
        Assert.Contains(new SingletonEffect.Send(Node("b"), new HandOverDone(Node("a"), CoversOlder: true)), stopped);
        Assert.Contains(stopped, e => e is SingletonEffect.ExitDone);
    }

    [Fact]
    public void The_last_node_stops_its_singleton_without_anybody_asking()
    {
        var only = new SingletonCore(Node("a"), "");
        only.Handle(StateOf("a", Member("a")));

        Assert.Contains(only.Handle(StateOf("a", Member("a", MemberStatus.Exiting))), e => e is SingletonEffect.StopSingleton);
        Assert.Contains(only.Handle(new SingletonInput.SingletonStopped()), e => e is SingletonEffect.ExitDone);
    }

    [Fact]
    public void After_a_crash_the_next_waits_for_the_removal_margin()
    {
        var next = Younger();
        Assert.Empty(next.Handle(StateOf("b", Member("a", MemberStatus.Down), Member("b", upNumber: 2))));

        var removed = next.Handle(StateOf("b", Member("b", upNumber: 2)));
        Assert.Contains(new SingletonEffect.StartMargin(Node("a")), removed);
        Assert.DoesNotContain(removed, e => e is SingletonEffect.StartSingleton);
        Assert.Contains(next.Handle(new SingletonInput.MarginPassed(Node("a"))), e => e is SingletonEffect.StartSingleton);
    }

    [Fact]
    public void One_that_was_the_oldest_answers_for_all_before_it()
    {
        var third = new SingletonCore(Node("c"), "");
        third.Handle(StateOf("c", Member("a"), Member("b", upNumber: 2), Member("c", upNumber: 3)));
        third.Handle(StateOf("c", Member("b", upNumber: 2), Member("c", upNumber: 3)));
        third.Handle(StateOf("c", Member("b", MemberStatus.Exiting, 2), Member("c", upNumber: 3)));

        Assert.Equal([Node("a"), Node("b")], third.Before);
        Assert.Contains(third.Handle(new HandOverDone(Node("b"), CoversOlder: true)), e => e is SingletonEffect.StartSingleton);
    }

    [Fact]
    public void A_downed_node_stops_its_singleton_at_once_and_starts_none()
    {
        var oldest = new SingletonCore(Node("a"), "");
        oldest.Handle(StateOf("a", Member("a"), Member("b", upNumber: 2)));

        Assert.Contains(oldest.Handle(StateOf("a", Member("a", MemberStatus.Down), Member("b", upNumber: 2))), e => e is SingletonEffect.StopSingleton);
        Assert.Contains(oldest.Handle(new SingletonInput.SingletonStopped()), e => e is SingletonEffect.StopSelf);
        Assert.Empty(oldest.Handle(StateOf("a", Member("a"))));
    }

    [Fact]
    public void One_that_has_handed_over_never_starts_again()
    {
        var oldest = new SingletonCore(Node("a"), "");
        oldest.Handle(StateOf("a", Member("a"), Member("b", upNumber: 2)));
        oldest.Handle(new HandOverToMe(Node("b")));
        oldest.Handle(new SingletonInput.SingletonStopped());

        Assert.DoesNotContain(oldest.Handle(StateOf("a", Member("a"))), e => e is SingletonEffect.StartSingleton);
        Assert.Contains(oldest.Handle(new HandOverToMe(Node("b"))), e => e is SingletonEffect.Send { Message: HandOverDone });
    }

    /// <summary>Node b, which joined after a.</summary>
    private static SingletonCore Younger()
    {
        var core = new SingletonCore(Node("b"), "");
        core.Handle(StateOf("b", Member("a"), Member("b", upNumber: 2)));
        return core;
    }
}
