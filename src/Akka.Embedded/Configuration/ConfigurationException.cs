using System.Runtime.Serialization;
using Akka.Actor;

namespace Akka.Configuration;

/// <summary>
/// A configuration text that cannot be parsed, or a value that is not what its reader expects. The message is one line that
/// names the source (where known), line, column and key, and says what was expected.
/// </summary>
public class ConfigurationException : AkkaException
{
    /// <summary>Creates an exception with a message.</summary>
    public ConfigurationException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that led to it.</summary>
    public ConfigurationException(string message, Exception? exception)
        : base(message, exception)
    {
    }

    /// <summary>Rebuilds a serialized exception.</summary>
    protected ConfigurationException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }

    /// <summary>Says that <typeparamref name="T"/> cannot be built because its configuration section is missing or empty.</summary>
    public static ConfigurationException NullOrEmptyConfig<T>(string? path = null) =>
        new(string.IsNullOrWhiteSpace(path)
            ? $"Cannot create {typeof(T)}: its configuration section is missing or empty."
            : $"Cannot create {typeof(T)}: the configuration section '{path}' is missing or empty.");
}
