using Akka.Actor;

namespace Akka.Remote;

/// <summary>Remoting cannot do what was asked, such as listen on the configured port.</summary>
public class RemoteTransportException : AkkaException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="cause">Why.</param>
    public RemoteTransportException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
