using System.Collections.Concurrent;
using Akka.Actor.Internal;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.Serialization;

namespace Akka.Actor;

/// <summary>Makes and resolves the references of this process.</summary>
internal sealed class LocalActorRefProvider : IActorRefProvider
{
    private readonly EventStream _eventStream;
    private readonly Deployments _deployments;
    private readonly ConcurrentDictionary<string, IInternalActorRef> _extraNames = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ActorPath _tempNode;
    private ActorSystemImpl _system = null!;
    private VirtualPathContainer _tempContainer = null!;
    private RootGuardianActorRef _rootGuardian = null!;
    private long _tempNumber;

    public LocalActorRefProvider(string systemName, Settings settings, EventStream eventStream)
    {
        Settings = settings;
        _eventStream = eventStream;
        _deployments = new Deployments(settings.Config.GetConfig("akka.actor.deployment"));
        RootPath = new RootActorPath(new Address("akka", systemName));
        _tempNode = RootPath / "temp";
        DeadLetters = new DeadLetterActorRef(this, RootPath / "deadLetters", eventStream);
        IgnoreRef = new IgnoreActorRef(this, RootPath / "ignore");
        SerializationInformation = null!;
    }

    public IInternalActorRef RootGuardian => _rootGuardian;

    public LocalActorRef Guardian { get; private set; } = null!;

    public LocalActorRef SystemGuardian { get; private set; } = null!;

    public IActorRef DeadLetters { get; }

    public IActorRef IgnoreRef { get; }

    public ActorPath RootPath { get; }

    public Settings Settings { get; }

    public IInternalActorRef TempContainer => _tempContainer;

    public Task TerminationTask => _terminated.Task;

    public Address DefaultAddress => RootPath.Address;

    public Information SerializationInformation { get; private set; }

    public ActorPath TempPath() => new ChildActorPath(_tempNode, Uids.ToName("$", (ulong)(Interlocked.Increment(ref _tempNumber) - 1)), ActorCell.UndefinedUid);

    public IActorRef RootGuardianAt(Address address) => address.Equals(RootPath.Address) ? RootGuardian : DeadLetters;

    public void RegisterTempActor(IInternalActorRef actorRef, ActorPath path)
    {
        CheckTemp(path);
        _tempContainer.AddChild(path.Name, actorRef);
    }

    public void UnregisterTempActor(ActorPath path)
    {
        CheckTemp(path);
        _tempContainer.RemoveChild(path.Name);
    }

    public IActorRef ResolveActorRef(string path)
    {
        if (ActorPath.TryParse(path, out var parsed) && parsed!.Address.Equals(RootPath.Address))
            return ResolveActorRef(parsed);
        return DeadLetters;
    }

    public IActorRef ResolveActorRef(ActorPath actorPath)
    {
        if (!actorPath.Root.Equals(RootPath))
            return DeadLetters;
        return ResolveLocal(actorPath);
    }

    /// <summary>Resolves the names of a path whatever its address; a remote provider asks this for its own addresses.</summary>
    internal IInternalActorRef ResolveLocal(ActorPath path)
    {
        if (path.Depth == 0)
            return _rootGuardian;
        var found = (IInternalActorRef)_rootGuardian.GetChild(path.Elements);
        if (!found.IsNobody() && (path.Uid == ActorCell.UndefinedUid || found.Path.Uid == ActorCell.UndefinedUid || path.Uid == found.Path.Uid))
            return found;
        var local = path.Elements.Aggregate(RootPath, (p, n) => p / n);
        return new EmptyLocalActorRef(_system.Provider, local.WithUid(path.Uid), _eventStream);
    }

    public Address? GetExternalAddressFor(Address address) => address.Equals(RootPath.Address) ? address : null;

    /// <summary>Makes a reference known as a child of the root that is no actor, such as remoting's daemon.</summary>
    internal void RegisterExtraName(string name, IInternalActorRef actor) => _extraNames[name] = actor;

    public void Init(ActorSystemImpl system)
    {
        _system = system;
        SerializationInformation = new Information(RootPath.Address, system);
        var dispatcher = system.Dispatchers.DefaultGlobalDispatcher;
        var bubble = new RootGuardianSupervisor(this, _terminated, system);
        _rootGuardian = new RootGuardianActorRef(
            system, Props.Create(() => new GuardianActor(true)), dispatcher, bubble, RootPath, name => _extraNames.GetValueOrDefault(name));
        _tempContainer = new VirtualPathContainer(system.Provider, _tempNode, _rootGuardian);
        RegisterExtraName("temp", _tempContainer);
        RegisterExtraName("deadLetters", (IInternalActorRef)DeadLetters);
        RegisterExtraName("ignore", (IInternalActorRef)IgnoreRef);
        _rootGuardian.Start();

        var strategy = SupervisorStrategyConfigurator.CreateConfigurator(Settings.SupervisorStrategyClass).Create();
        Guardian = MakeGuardian("user", Props.Create(() => new GuardianActor(false)).WithSupervisorStrategy(strategy));
        SystemGuardian = MakeGuardian("system", Props.Create(() => new SystemGuardianActor(Guardian)));
    }

    public IInternalActorRef ActorOf(
        ActorSystemImpl system, Props props, IInternalActorRef supervisor, ActorPath path, bool systemService, Deploy? deploy, bool lookupDeploy, bool async)
    {
        var dispatcherId = props.Dispatcher;
        if (lookupDeploy && _deployments.Lookup(path) is { } configured)
        {
            props = props.WithDeploy(configured.WithFallback(props.Deploy));
            dispatcherId = props.Dispatcher;
        }

        var dispatcher = dispatcherId is null ? system.Dispatchers.DefaultGlobalDispatcher : system.Dispatchers.Lookup(dispatcherId);
        return new LocalActorRef(system, props, dispatcher, supervisor, path);
    }

    public FutureActorRef<T> CreateFutureRef<T>(TaskCompletionSource<T> tcs) => new(tcs, _system.Provider);

    private LocalActorRef MakeGuardian(string name, Props props)
    {
        _rootGuardian.Cell.Children.Reserve(name);
        var guardian = new LocalActorRef(
            _system, props, _system.Dispatchers.DefaultGlobalDispatcher, _rootGuardian, new ChildActorPath(RootPath, name, Uids.Next()));
        _rootGuardian.Cell.Children.Init(guardian);
        guardian.Start();
        return guardian;
    }

    private void CheckTemp(ActorPath path)
    {
        if (!ReferenceEquals(path.Parent, _tempNode) && !path.Parent.Equals(_tempNode))
            throw new ArgumentException($"'{path}' does not come from TempPath().", nameof(path));
    }
}

/// <summary>Above the root: where the failures end that everybody has escalated, and where the system's end is noticed.</summary>
internal sealed class RootGuardianSupervisor(LocalActorRefProvider provider, TaskCompletionSource terminated, ActorSystemImpl system) : MinimalActorRef
{
    public override ActorPath Path { get; } = provider.RootPath / "_Root-guardian-supervisor";

    public override IActorRefProvider Provider => provider;

    public override void SendSystemMessage(ISystemMessage message)
    {
        switch (message)
        {
            case Failed failed:
                system.Log.Error(failed.Cause, $"Guardian {failed.Child} failed. Shutting down!");
                ((IInternalActorRef)failed.Child).Stop();
                break;
            case DeathWatchNotification:
                terminated.TrySetResult();
                break;
        }
    }
}
