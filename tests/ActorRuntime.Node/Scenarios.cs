using Akka.Actor;

namespace Trapline.ActorRuntime.Node;

/// <summary>What a node process can be asked to run.</summary>
internal static class Scenarios
{
    public static IReadOnlyDictionary<string, Action<ActorSystem>> All { get; } =
        new Dictionary<string, Action<ActorSystem>>(StringComparer.Ordinal)
        {
            ["echo"] = system => system.ActorOf(Props.Create(() => new Echo()), "echo"),
        };

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }
}
