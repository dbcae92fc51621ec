namespace Akka.Cluster;

/// <summary>Marks what the cluster daemons of two nodes say to each other; bound to the cluster's own serializer.</summary>
public interface IClusterMessage;
