using System.Runtime.Serialization;
using Akka.Actor;

namespace Akka.Pattern;

/// <summary>Stands for a failure that was reported by <see cref="CircuitBreaker.Fail"/>.</summary>
public class UserCalledFailException : AkkaException
{
    /// <summary>Creates the exception.</summary>
    public UserCalledFailException()
        : base("A failure was reported to the circuit breaker.")
    {
    }

    /// <summary>Rebuilds a serialized exception.</summary>
    protected UserCalledFailException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
