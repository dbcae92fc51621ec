using System.Runtime.Serialization;
using Akka.Actor;

namespace Akka.Cluster;

/// <summary>The node did not become a member of the cluster that it was told to join.</summary>
public class ClusterJoinFailedException : AkkaException
{
    /// <summary>Creates an exception with a message.</summary>
    public ClusterJoinFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Rebuilds a serialized exception.</summary>
    protected ClusterJoinFailedException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
