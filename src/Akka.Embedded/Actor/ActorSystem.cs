using Akka.Actor.Internal;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.Actor;

/// <summary>
/// A tree of actors with what they share: configuration, dispatchers, scheduler, event stream, serializers. Costs threads and
/// memory; an application has one.
/// </summary>
public abstract class ActorSystem : IActorRefFactory, IDisposable
{
    /// <summary>For derived systems.</summary>
    protected ActorSystem()
    {
    }

    /// <summary>What configuration says about the runtime itself.</summary>
    public abstract Settings Settings { get; }

    /// <summary>The name; part of every actor's address.</summary>
    public abstract string Name { get; }

    /// <summary>The serializers.</summary>
    public abstract Serialization.Serialization Serialization { get; }

    /// <summary>The event stream.</summary>
    public abstract EventStream EventStream { get; }

    /// <summary>Where messages go that reach nobody.</summary>
    public abstract IActorRef DeadLetters { get; }

    /// <summary>Swallows messages without a trace.</summary>
    public abstract IActorRef IgnoreRef { get; }

    /// <summary>The dispatchers.</summary>
    public abstract Dispatchers Dispatchers { get; }

    /// <summary>Does things later; tells the time.</summary>
    public abstract IScheduler Scheduler { get; }

    /// <summary>Logs on behalf of the system.</summary>
    public abstract ILoggingAdapter Log { get; }

    /// <summary>When the system was started, on the scheduler's monotonic clock.</summary>
    public TimeSpan StartTime { get; internal set; }

    /// <summary>How long the system has run.</summary>
    public TimeSpan Uptime => Scheduler.MonotonicClock - StartTime;

    /// <summary>Completes when the system has ended.</summary>
    public abstract Task WhenTerminated { get; }

    /// <summary>Starts a system with the configuration of the file app.conf or app.hocon, if there is one.</summary>
    public static ActorSystem Create(string name) => Create(name, ConfigurationFactory.Load());

    /// <summary>Starts a system.</summary>
    /// <exception cref="ConfigurationException">A value in the configuration is not what its reader expects.</exception>
    public static ActorSystem Create(string name, Config config) => Start(name, config, ActorSystemSetup.Empty);

    /// <summary>Starts a system.</summary>
    public static ActorSystem Create(string name, BootstrapSetup setup) => Create(name, ActorSystemSetup.Create(setup));

    /// <summary>Starts a system.</summary>
    public static ActorSystem Create(string name, ActorSystemSetup setup)
    {
        var config = setup.Get<BootstrapSetup>() is { HasValue: true } boot && boot.Value.Config.HasValue
            ? boot.Value.Config.Value
            : ConfigurationFactory.Load();
        return Start(name, config, setup);
    }

    /// <inheritdoc/>
    public abstract IActorRef ActorOf(Props props, string? name = null);

    /// <inheritdoc/>
    public abstract ActorSelection ActorSelection(ActorPath actorPath);

    /// <inheritdoc/>
    public abstract ActorSelection ActorSelection(string actorPath);

    /// <summary>The extension of that id; waits until it is made if another thread is making it.</summary>
    public abstract object GetExtension(IExtensionId extensionId);

    /// <summary>The extension of that class; null if it is not registered.</summary>
    public abstract T GetExtension<T>()
        where T : class, IExtension;

    /// <summary>Whether an extension of that class is registered.</summary>
    public abstract bool HasExtension(Type type);

    /// <summary>Whether an extension of that class is registered.</summary>
    public abstract bool HasExtension<T>()
        where T : class, IExtension;

    /// <summary>Gives the extension of that class if it is registered.</summary>
    public abstract bool TryGetExtension(Type extensionType, out object? extension);

    /// <summary>Gives the extension of that class if it is registered.</summary>
    public abstract bool TryGetExtension<T>(out T? extension)
        where T : class, IExtension;

    /// <summary>Makes the extension of that id, unless it is there already.</summary>
    public abstract object RegisterExtension(IExtensionId extension);

    /// <summary>Runs <paramref name="code"/> when all actors have ended.</summary>
    public abstract void RegisterOnTermination(Action code);

    /// <summary>Ends the system: runs the coordinated shutdown (unless configured otherwise), then ends all actors.</summary>
    public abstract Task Terminate();

    /// <summary>Ends an actor.</summary>
    public abstract void Stop(IActorRef actor);

    /// <summary>Ends the system and waits for it.</summary>
    public void Dispose()
    {
        Terminate().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    private static ActorSystemImpl Start(string name, Config config, ActorSystemSetup setup)
    {
        var system = new ActorSystemImpl(name, config, setup);
        system.Start();
        return system;
    }
}

/// <summary>The side of an actor system that extensions and the runtime itself see.</summary>
public abstract class ExtendedActorSystem : ActorSystem
{
    /// <summary>For derived systems.</summary>
    protected ExtendedActorSystem()
    {
    }

    /// <summary>Makes and resolves references.</summary>
    public abstract IActorRefProvider Provider { get; }

    /// <summary>The parent of all actors that the application makes: <c>/user</c>.</summary>
    public abstract IInternalActorRef Guardian { get; }

    /// <summary>Where relative paths begin: <c>/user</c>.</summary>
    public abstract IInternalActorRef LookupRoot { get; }

    /// <summary>The parent of the runtime's own actors: <c>/system</c>.</summary>
    public abstract IInternalActorRef SystemGuardian { get; }

    /// <summary>Makes an actor below <c>/system</c>.</summary>
    public abstract IActorRef SystemActorOf(Props props, string? name = null);

    /// <summary>Makes an actor below <c>/system</c>.</summary>
    public abstract IActorRef SystemActorOf<TActor>(string? name = null)
        where TActor : ActorBase, new();

    /// <summary>Ends the system at once, without coordinated shutdown.</summary>
    public abstract void Abort();

    /// <summary>The tree of actors, as text.</summary>
    public abstract string PrintTree();
}
