// Seam for remoting: akka.actor.provider chooses the class (local, or Akka.Remote.RemoteActorRefProvider, or
// Akka.Cluster.ClusterActorRefProvider, found by name) with the constructor (string, Settings, EventStream). A remote provider
// holds a LocalActorRefProvider, hands it everything that stays in this process, and answers for other addresses itself.
// Init is called once, after the scheduler, dispatchers and serializers exist; it may start actors with SystemActorOf.
using Akka.Actor.Internal;
using Akka.Serialization;

namespace Akka.Actor;

/// <summary>Makes and resolves the references of one actor system.</summary>
public interface IActorRefProvider
{
    /// <summary>The root of the tree.</summary>
    IInternalActorRef RootGuardian { get; }

    /// <summary>The parent of the application's actors.</summary>
    LocalActorRef Guardian { get; }

    /// <summary>The parent of the runtime's actors.</summary>
    LocalActorRef SystemGuardian { get; }

    /// <summary>Where messages go that reach nobody.</summary>
    IActorRef DeadLetters { get; }

    /// <summary>Swallows messages without a trace.</summary>
    IActorRef IgnoreRef { get; }

    /// <summary>The path of the root.</summary>
    ActorPath RootPath { get; }

    /// <summary>What configuration says about the runtime itself.</summary>
    Settings Settings { get; }

    /// <summary>The parent of references without actors: <c>/temp</c>.</summary>
    IInternalActorRef TempContainer { get; }

    /// <summary>Completes when the root has ended.</summary>
    Task TerminationTask { get; }

    /// <summary>The address that others use for this system.</summary>
    Address DefaultAddress { get; }

    /// <summary>Address and system, for serializers.</summary>
    Information SerializationInformation { get; }

    /// <summary>A new path below <c>/temp</c>.</summary>
    ActorPath TempPath();

    /// <summary>The root of the system at <paramref name="address"/>; dead letters if that cannot be reached.</summary>
    IActorRef RootGuardianAt(Address address);

    /// <summary>Makes <paramref name="actorRef"/> known at <paramref name="path"/>, which comes from <see cref="TempPath"/>.</summary>
    void RegisterTempActor(IInternalActorRef actorRef, ActorPath path);

    /// <summary>Undoes <see cref="RegisterTempActor"/>.</summary>
    void UnregisterTempActor(ActorPath path);

    /// <summary>The reference at a serialized path; one to nobody if there is no actor.</summary>
    IActorRef ResolveActorRef(string path);

    /// <summary>The reference at a path; one to nobody if there is no actor.</summary>
    IActorRef ResolveActorRef(ActorPath actorPath);

    /// <summary>The address of this system that <paramref name="address"/> can reach; null if there is none.</summary>
    Address? GetExternalAddressFor(Address address);

    /// <summary>Called once by the system while it starts.</summary>
    internal void Init(ActorSystemImpl system);

    /// <summary>Makes an actor; the caller has reserved its name and calls Start.</summary>
    internal IInternalActorRef ActorOf(
        ActorSystemImpl system, Props props, IInternalActorRef supervisor, ActorPath path, bool systemService, Deploy? deploy, bool lookupDeploy, bool async);

    /// <summary>Makes the reference that stands for an Ask.</summary>
    internal FutureActorRef<T> CreateFutureRef<T>(TaskCompletionSource<T> tcs);
}
