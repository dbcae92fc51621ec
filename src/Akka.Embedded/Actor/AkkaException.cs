using System.Runtime.Serialization;

namespace Akka.Actor;

/// <summary>The base of the runtime's own exceptions.</summary>
public abstract class AkkaException : Exception
{
    /// <summary>Creates an exception without a message.</summary>
    protected AkkaException()
    {
    }

    /// <summary>Creates an exception with a message and the exception that led to it.</summary>
    protected AkkaException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <summary>Rebuilds a serialized exception.</summary>
    protected AkkaException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }

    /// <summary>The exception that led to this one, or null.</summary>
    protected Exception? Cause => InnerException;
}
