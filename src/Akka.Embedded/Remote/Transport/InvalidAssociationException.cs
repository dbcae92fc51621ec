using Akka.Actor;

namespace Akka.Remote.Transport;

/// <summary>A connection with a peer could not be made, or was refused.</summary>
public class InvalidAssociationException : AkkaException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="cause">Why.</param>
    public InvalidAssociationException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
