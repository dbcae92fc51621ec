using System.Runtime.ExceptionServices;

namespace Akka.Remote.Serialization;

/// <summary>Stands for an exception of a peer whose type is not known here, or cannot be made from a message.</summary>
internal sealed class TransmittedException(string type, string message, Exception? inner) : Exception($"{type}: {message}", inner)
{
    /// <summary>Makes an exception of the same type, if that is possible, with the peer's stack trace.</summary>
    public static Exception Rebuild(string type, string message, string stackTrace, Exception? inner)
    {
        var rebuilt = Construct(type, message, inner) ?? new TransmittedException(type, message, inner);
        return stackTrace.Length == 0 ? rebuilt : ExceptionDispatchInfo.SetRemoteStackTrace(rebuilt, stackTrace + Environment.NewLine);
    }

    private static Exception? Construct(string typeName, string message, Exception? inner)
    {
        var type = Type.GetType(typeName, throwOnError: false);
        if (type is null || type.IsAbstract || !typeof(Exception).IsAssignableFrom(type))
            return null;
        try
        {
            var withInner = type.GetConstructor([typeof(string), typeof(Exception)]);
            if (withInner is not null)
                return (Exception)withInner.Invoke([message, inner]);
            var withMessage = type.GetConstructor([typeof(string)]);
            return inner is null ? (Exception?)withMessage?.Invoke([message]) : null;
        }
        catch (System.Reflection.TargetInvocationException)
        {
            return null;
        }
    }
}
