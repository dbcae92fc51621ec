using Akka.Actor;

namespace Trapline.ActorRuntime.Node;

/// <summary>What a node process can be asked to run. Setting one up gives what takes the lines of standard input.</summary>
internal static class Scenarios
{
    public static IReadOnlyDictionary<string, Func<ActorSystem, Action<string>>> All { get; } =
        new Dictionary<string, Func<ActorSystem, Action<string>>>(StringComparer.Ordinal)
        {
            ["echo"] = system =>
            {
                system.ActorOf(Props.Create(() => new Echo()), "echo");
                return _ => { };
            },
            ["counter"] = CounterScenario.SetUp,
        };

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }
}
