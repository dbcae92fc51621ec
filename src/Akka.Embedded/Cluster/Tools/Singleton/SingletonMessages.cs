
namespace Akka.Cluster.Tools.Singleton;

/// <summary>Marks what singleton managers of two nodes say to each other.</summary>
public interface IClusterSingletonMessage;

/// <summary>"I am the oldest now: stop your singleton and tell me."</summary>
internal sealed record HandOverToMe(UniqueAddress From) : IClusterSingletonMessage;

/// <summary>"It is stopping."</summary>
internal sealed record HandOverInProgress(UniqueAddress From) : IClusterSingletonMessage;

/// <summary>"None runs here, nor will." A node that has been the oldest says so for all before it too.</summary>
internal sealed record HandOverDone(UniqueAddress From, bool CoversOlder) : IClusterSingletonMessage;

/// <summary>"I am no longer the oldest, you are: ask me to hand over."</summary>
internal sealed record TakeOverFromMe(UniqueAddress From) : IClusterSingletonMessage;

/// <summary>What a manager's own node tells the core, beside membership.</summary>
internal abstract record SingletonInput : INodeLocal
{
    /// <summary>The singleton actor has stopped.</summary>
    public sealed record SingletonStopped : SingletonInput;

    /// <summary>That member has been gone for the removal margin.</summary>
    public sealed record MarginPassed(UniqueAddress Node) : SingletonInput;

    /// <summary>Time to ask again.</summary>
    public sealed record Retry : SingletonInput;
}

/// <summary>What the core wants done.</summary>
internal abstract record SingletonEffect
{
    public sealed record Send(UniqueAddress To, IClusterSingletonMessage Message) : SingletonEffect;

    public sealed record StartSingleton : SingletonEffect;

    /// <summary>Send it its termination message, and report when it has stopped.</summary>
    public sealed record StopSingleton : SingletonEffect;

    public sealed record StartRetry : SingletonEffect;

    public sealed record StopRetry : SingletonEffect;

    /// <summary>That member was removed: report when the removal margin has passed.</summary>
    public sealed record StartMargin(UniqueAddress Node) : SingletonEffect;

    /// <summary>This node's exit need not wait for the singleton any more.</summary>
    public sealed record ExitDone : SingletonEffect;

    public sealed record StopSelf : SingletonEffect;
}
