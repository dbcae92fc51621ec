using Akka.Actor;

namespace Trapline.ActorRuntime.Tests.Cluster;

/// <summary>An actor that keeps what it gets, in order, for a test to look at and wait for.</summary>
internal sealed class EventLog
{
    private readonly Lock _lock = new();
    private readonly List<object> _received = [];

    public EventLog(IActorRefFactory system) => Ref = system.ActorOf(Props.Create(() => new Recorder(this)));

    public IActorRef Ref { get; }

    /// <summary>All so far.</summary>
    public IReadOnlyList<object> All
    {
        get
        {
            lock (_lock)
                return [.. _received];
        }
    }

    /// <summary>Waits for the first message of that type that meets the condition, among those that came already too.</summary>
    public async Task<T> UntilAsync<T>(Func<T, bool>? condition = null)
    {
        await Eventually.TrueAsync(
            () => All.OfType<T>().Any(condition ?? (_ => true)),
            () => $"a {typeof(T).Name} comes; so far {string.Join(", ", All)}");
        return All.OfType<T>().First(condition ?? (_ => true));
    }

    private void Add(object message)
    {
        lock (_lock)
            _received.Add(message);
    }

    private sealed class Recorder(EventLog log) : UntypedActor
    {
        protected override void OnReceive(object message) => log.Add(message);
    }
}
