using System.Runtime.Serialization;
using Akka.Actor;

namespace Akka.Pattern;

/// <summary>A call was not made, because the circuit breaker is open.</summary>
public class OpenCircuitException : AkkaException
{
    private const string Standard = "The circuit breaker is open; calls fail fast.";

    /// <summary>Creates an exception with the standard message.</summary>
    public OpenCircuitException()
        : base(Standard)
    {
    }

    /// <summary>Creates an exception with the failure that opened the breaker.</summary>
    public OpenCircuitException(Exception? cause)
        : base(Standard, cause)
    {
    }

    /// <summary>Creates an exception with the failure that opened the breaker, and the time until it is tried again.</summary>
    public OpenCircuitException(Exception? cause, TimeSpan remainingDuration)
        : base(Standard, cause) => RemainingDuration = remainingDuration;

    /// <summary>Creates an exception with a message.</summary>
    public OpenCircuitException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the failure that opened the breaker.</summary>
    public OpenCircuitException(string message, Exception? cause)
        : base(message, cause)
    {
    }

    /// <summary>Creates an exception with a message, a cause, and the time until the breaker is tried again.</summary>
    public OpenCircuitException(string message, Exception? cause, TimeSpan remainingDuration)
        : base(message, cause) => RemainingDuration = remainingDuration;

    /// <summary>Creates an exception with a message and the time until the breaker is tried again.</summary>
    public OpenCircuitException(string message, TimeSpan remainingDuration)
        : base(message) => RemainingDuration = remainingDuration;

    /// <summary>Rebuilds a serialized exception.</summary>
    protected OpenCircuitException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }

    /// <summary>The time until the breaker lets a call through again.</summary>
    public TimeSpan RemainingDuration { get; }
}
