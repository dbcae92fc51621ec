using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Event;

namespace Akka.Remote;

/// <summary>
/// The provider behind <c>akka.actor.provider = remote</c>: references to this system's actors come from the local provider, all others lead
/// to the transport.
/// </summary>
public class RemoteActorRefProvider : IRemoteActorRefProvider
{
    private readonly LocalActorRefProvider _local;
    private readonly RemoteRefCache _cache = new();
    private ActorSystemImpl? _system;
    private RemoteTransport? _transport;
    private IActorRef? _remoteWatcher;
    private Address? _externalAddress;
    private Task? _termination;
    private Akka.Serialization.Information? _information;

    /// <summary>Creates the provider; it is not usable before the system has initialized it.</summary>
    /// <param name="systemName">The name of the system.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="eventStream">Its event stream.</param>
    public RemoteActorRefProvider(string systemName, Settings settings, EventStream eventStream)
    {
        _local = new LocalActorRefProvider(systemName, settings, eventStream);
        RemoteSettings = new RemoteSettings(settings.Config);
    }

    /// <inheritdoc/>
    public IActorRef DeadLetters => _local.DeadLetters;

    /// <inheritdoc/>
    public Address DefaultAddress => Transport.DefaultAddress;

    /// <inheritdoc/>
    public LocalActorRef Guardian => _local.Guardian;

    /// <inheritdoc/>
    public IActorRef IgnoreRef => _local.IgnoreRef;

    /// <inheritdoc/>
    public IInternalActorRef RootGuardian => _local.RootGuardian;

    /// <inheritdoc/>
    public ActorPath RootPath => _local.RootPath;

    /// <inheritdoc/>
    public Akka.Serialization.Information SerializationInformation => _information ??= new Akka.Serialization.Information(DefaultAddress, System);

    /// <inheritdoc/>
    public Settings Settings => _local.Settings;

    /// <inheritdoc/>
    public LocalActorRef SystemGuardian => _local.SystemGuardian;

    /// <inheritdoc/>
    public IInternalActorRef TempContainer => _local.TempContainer;

    /// <summary>Completes when the last actor has ended and, after that, everything that was sent has gone out.</summary>
    public Task TerminationTask => _termination ?? _local.TerminationTask;

    /// <inheritdoc/>
    public RemoteSettings RemoteSettings { get; }

    /// <inheritdoc/>
    public IActorRef RemoteWatcher => _remoteWatcher ?? throw NotStarted();

    /// <inheritdoc/>
    public RemoteTransport Transport => _transport ?? throw NotStarted();

    private ActorSystemImpl System => _system ?? throw NotStarted();

    /// <inheritdoc/>
    public ActorPath TempPath() => _local.TempPath();

    /// <inheritdoc/>
    public void RegisterTempActor(IInternalActorRef actorRef, ActorPath path) => _local.RegisterTempActor(actorRef, path);

    /// <inheritdoc/>
    public void UnregisterTempActor(ActorPath path) => _local.UnregisterTempActor(path);

    /// <inheritdoc/>
    public bool HasAddress(Address address) => address == _local.RootPath.Address || address == _externalAddress;

    /// <inheritdoc/>
    public Address? GetExternalAddressFor(Address address)
    {
        if (HasAddress(address))
            return _local.RootPath.Address;
        if (!address.HasGlobalScope || address.Protocol != DefaultAddress.Protocol)
            return null;
        return Transport.LocalAddressForRemote(address);
    }

    /// <inheritdoc/>
    public IActorRef RootGuardianAt(Address address) =>
        HasAddress(address) ? RootGuardian : CreateRemoteRef(new RootActorPath(address), LocalAddressFor(address));

    /// <inheritdoc/>
    public IActorRef ResolveActorRef(string path) => InternalResolveActorRef(path);

    /// <inheritdoc/>
    public IActorRef InternalResolveActorRef(string path) => ResolveActorRefWithLocalAddress(path, DefaultAddress);

    /// <inheritdoc/>
    public IActorRef ResolveActorRef(ActorPath actorPath) =>
        HasAddress(actorPath.Address)
            ? _local.ResolveLocal(actorPath)
            : CreateRemoteRef(actorPath, LocalAddressFor(actorPath.Address));

    /// <inheritdoc/>
    public IInternalActorRef ResolveActorRefWithLocalAddress(string path, Address localAddress)
    {
        if (_cache.Find(path) is { } known)
            return known;
        if (!ActorPath.TryParse(path, out var parsed) || parsed is null)
            return (IInternalActorRef)_local.ResolveActorRef(path);
        if (HasAddress(parsed.Address))
            return _local.ResolveLocal(parsed);
        var remote = CreateRemoteRef(parsed, localAddress);

        // The reference of an ask is used once.
        if (remote is RemoteActorRef cacheable && (parsed.Depth < 2 || parsed.ParentOf(1).Name != "temp"))
            _cache.Add(path, cacheable);
        return remote;
    }

    /// <inheritdoc/>
    public void Quarantine(Address address, int? uid) => Transport.Quarantine(address, uid);

    IInternalActorRef IActorRefProvider.ActorOf(
        ActorSystemImpl system, Props props, IInternalActorRef supervisor, ActorPath path, bool systemService, Deploy? deploy, bool lookupDeploy, bool async) =>
        _local.ActorOf(system, props, supervisor, path, systemService, deploy, lookupDeploy, async);

    FutureActorRef<T> IActorRefProvider.CreateFutureRef<T>(TaskCompletionSource<T> tcs) => _local.CreateFutureRef(tcs);

    void IActorRefProvider.Init(ActorSystemImpl system) => Init(system);

    /// <summary>Begins: listens for peers and starts the remote watcher.</summary>
    private protected virtual void Init(ActorSystemImpl system)
    {
        _system = system;
        _local.Init(system);
        var remoting = new Remoting(system, this);
        _transport = remoting;
        remoting.Start();
        _externalAddress = remoting.DefaultAddress;
        _termination = ShutdownAfterActorsAsync(_local.TerminationTask, remoting);
        _remoteWatcher = CreateRemoteWatcher(system);
    }

    /// <summary>Makes the reference of an actor of another system.</summary>
    /// <param name="actorPath">Its path.</param>
    /// <param name="localAddress">The address by which the other system knows this one.</param>
    protected virtual IInternalActorRef CreateRemoteRef(ActorPath actorPath, Address localAddress) =>
        new RemoteActorRef(Transport, localAddress, actorPath, null);

    /// <summary>Starts the actor that watches other systems.</summary>
    private protected virtual IActorRef CreateRemoteWatcher(ActorSystemImpl system) =>
        system.SystemActorOf(
            Remote.RemoteWatcher.Props(
                CreateRemoteWatcherFailureDetector(system),
                RemoteSettings.WatchHeartBeatInterval,
                RemoteSettings.WatchUnreachableReaperInterval,
                RemoteSettings.WatchHeartbeatExpectedResponseAfter),
            "remote-watcher");

    /// <summary>Makes the failure detectors of the remote watcher.</summary>
    /// <param name="system">The system.</param>
    protected DefaultFailureDetectorRegistry<Address> CreateRemoteWatcherFailureDetector(ActorSystem system)
    {
        FailureDetector Load() => FailureDetectorLoader.Load(
            RemoteSettings.WatchFailureDetectorImplementationClass, RemoteSettings.WatchFailureDetectorConfig, system);

        // Wrong settings are an error now, not when the first heartbeat comes.
        _ = Load();
        return new DefaultFailureDetectorRegistry<Address>(Load);
    }

    private static async Task ShutdownAfterActorsAsync(Task actorsEnded, Remoting remoting)
    {
        await actorsEnded.ConfigureAwait(false);
        await remoting.Shutdown().ConfigureAwait(false);
    }

    private Address LocalAddressFor(Address remote) =>
        remote.Protocol == DefaultAddress.Protocol ? Transport.LocalAddressForRemote(remote) : DefaultAddress;

    private static InvalidOperationException NotStarted() => new("Remoting is not started yet.");
}
