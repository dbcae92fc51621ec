using Akka.Remote;

namespace Akka.Cluster;

/// <summary>Marks a provider whose actor system can be part of a cluster.</summary>
public interface IClusterActorRefProvider : IRemoteActorRefProvider;
