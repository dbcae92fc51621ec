using System.Runtime.Serialization;
using Akka.Actor;

namespace Akka.Pattern;

/// <summary>An operation does not fit the state of its object.</summary>
public class IllegalStateException : AkkaException
{
    /// <summary>With a message.</summary>
    public IllegalStateException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and what caused it.</summary>
    public IllegalStateException(string message, Exception innerEx)
        : base(message, innerEx)
    {
    }

    /// <summary>Rebuilds a serialized exception.</summary>
    protected IllegalStateException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
