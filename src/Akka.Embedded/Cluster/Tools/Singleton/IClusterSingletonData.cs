namespace Akka.Cluster.Tools.Singleton;

/// <summary>What a singleton manager holds beside its state.</summary>
public interface IClusterSingletonData;
