using System.Globalization;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.Singleton;

namespace Trapline.ActorRuntime.Node;

/// <summary>
/// A cluster whose singleton is a persistent actor that collects numbers. Standard input:
/// <code>
/// join address...   join through these seed nodes
/// add n             add a number through a proxy, again and again until it is acknowledged; prints "acked n"
/// list              prints "numbers n,n,..." as the singleton has them
/// </code>
/// Standard output also tells <c>up n</c> (members that are up), <c>singleton started n</c> (with n numbers) and
/// <c>singleton stopped</c>.
/// </summary>
internal static class CounterScenario
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(2);

    public static Action<string> SetUp(ActorSystem system)
    {
        system.ActorOf(Props.Create(() => new UpReporter()), "reporter");
        system.ActorOf(
            ClusterSingletonManager.Props(Props.Create(() => new Counter()), Counter.Finish, ClusterSingletonManagerSettings.Create(system)),
            "counter");
        var proxy = system.ActorOf(ClusterSingletonProxy.Props("/user/counter", ClusterSingletonProxySettings.Create(system)), "proxy");
        return line => OnLine(system, proxy, line.Split(' '));
    }

    private static void OnLine(ActorSystem system, IActorRef proxy, string[] words)
    {
        switch (words[0])
        {
            case "join":
                Cluster.Get(system).JoinSeedNodes(words[1..].Select(Address.Parse));
                break;
            case "add":
                _ = AskUntilAnsweredAsync(system, proxy, $"{Counter.Add}{words[1]}");
                break;
            case "list":
                _ = AskUntilAnsweredAsync(system, proxy, Counter.List);
                break;
        }
    }

    private static async Task AskUntilAnsweredAsync(ActorSystem system, IActorRef proxy, string question)
    {
        while (!system.WhenTerminated.IsCompleted)
        {
            try
            {
                await Console.Out.WriteLineAsync(await proxy.Ask<string>(question, AskTimeout));
                return;
            }
            catch (AskTimeoutException)
            {
                // The singleton moves; adding a number twice does no harm.
            }
        }
    }

    private sealed class UpReporter : UntypedActor
    {
        private readonly Cluster _cluster = Cluster.Get(Context.System);
        private readonly HashSet<UniqueAddress> _up = [];

        protected override void PreStart() =>
            _cluster.Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));

        protected override void OnReceive(object message)
        {
            if (message is not ClusterEvent.IMemberEvent { Member: { } member })
                return;
            var changed = member.Status == MemberStatus.Up ? _up.Add(member.UniqueAddress) : _up.Remove(member.UniqueAddress);
            if (changed)
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"up {_up.Count}"));
        }
    }
}
