using Akka.Actor;
using Akka.Cluster.Membership;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Cluster.Tools.Singleton;

/// <summary>
/// Forwards what it gets to the singleton, wherever that runs. While none is known, as during a hand-over, it keeps
/// messages and delivers them, in order, once the new one is found.
/// </summary>
public sealed class ClusterSingletonProxy : ReceiveActor
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly Queue<(object Message, IActorRef Sender)> _buffer = new();
    private readonly ClusterSingletonProxySettings _settings;
    private readonly string _singletonPath;
    private UniqueAddress? _oldest;
    private IActorRef? _singleton;
    private ICancelable? _identify;
    private int _identifyAttempt;

    /// <summary>Creates a proxy.</summary>
    /// <param name="singletonManagerPath">The path of the managers without an address, such as <c>/user/controller</c>.</param>
    /// <param name="settings">The settings.</param>
    public ClusterSingletonProxy(string singletonManagerPath, ClusterSingletonProxySettings settings)
    {
        _settings = settings;
        _singletonPath = $"{singletonManagerPath}/{settings.SingletonName}";
        Receive<MembershipState>(OnState);
        Receive<TryToIdentify>(_ => TryIdentify());
        Receive<ActorIdentity>(identity => identity.MessageId is string id && id == AttemptId, OnIdentity);
        Receive<Terminated>(terminated => terminated.ActorRef.Equals(_singleton), _ => LookAgain());
        ReceiveAny(Forward);
    }

    /// <summary>Identities that answer an earlier attempt, to a node that is no longer the oldest, do not count.</summary>
    private string AttemptId => $"singleton-{_identifyAttempt}";

    /// <summary>The defaults below <c>akka.cluster.singleton-proxy</c>.</summary>
    public static Config DefaultConfig() => SingletonDefaults.Config;

    /// <summary>A proxy of the singleton whose managers have the given path.</summary>
    public static Props Props(string singletonManagerPath, ClusterSingletonProxySettings settings) =>
        Actor.Props.Create(() => new ClusterSingletonProxy(singletonManagerPath, settings)).WithDeploy(Deploy.Local);

    /// <inheritdoc/>
    protected override void PreStart() => _cluster.SubscribeState(Self);

    /// <inheritdoc/>
    protected override void PostStop() => _identify?.Cancel();

    private void OnState(MembershipState state)
    {
        var oldest = SingletonCore.Oldest(state, _settings.Role ?? "")?.UniqueAddress;
        if (oldest == _oldest)
            return;
        _oldest = oldest;
        LookAgain();
    }

    private void LookAgain()
    {
        if (_singleton is not null)
            Context.Unwatch(_singleton);
        _singleton = null;
        _identifyAttempt++;
        _identify?.Cancel();
        _identify = _oldest is null
            ? null
            : Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(
                TimeSpan.Zero, _settings.SingletonIdentificationInterval, Self, TryToIdentify.Instance, Self);
    }

    private void TryIdentify()
    {
        if (_oldest is not null && _singleton is null)
            Context.ActorSelection(_oldest.Address + _singletonPath).Tell(new Identify(AttemptId), Self);
    }

    private void OnIdentity(ActorIdentity identity)
    {
        if (identity.Subject is null || _singleton is not null)
            return;
        _log.Info("Singleton identified at [{0}]", identity.Subject.Path);
        _singleton = identity.Subject;
        Context.Watch(_singleton);
        _identify?.Cancel();
        while (_buffer.TryDequeue(out var kept))
            _singleton.Tell(kept.Message, kept.Sender);
    }

    private void Forward(object message)
    {
        if (_singleton is not null)
        {
            _singleton.Forward(message);
            return;
        }

        if (_settings.BufferSize == 0)
        {
            Drop(message, Sender);
            return;
        }

        if (_buffer.Count == _settings.BufferSize)
        {
            var (oldest, sender) = _buffer.Dequeue();
            Drop(oldest, sender);
        }

        _buffer.Enqueue((message, Sender));
    }

    private void Drop(object message, IActorRef sender)
    {
        _log.Warning("Singleton not known; its proxy drops [{0}], since its buffer of {1} is full", message.GetType(), _settings.BufferSize);
        Context.System.DeadLetters.Tell(message, sender);
    }

    private sealed class TryToIdentify : INodeLocal
    {
        public static readonly TryToIdentify Instance = new();
    }
}
