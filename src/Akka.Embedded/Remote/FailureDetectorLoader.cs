using System.Reflection;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Remote;

/// <summary>Makes the failure detector that a configuration names.</summary>
public static class FailureDetectorLoader
{
    /// <summary>Makes a failure detector.</summary>
    /// <param name="fqcn">Its class, which has a constructor for a <see cref="Config"/> and an <see cref="EventStream"/>.</param>
    /// <param name="config">Its section of the configuration.</param>
    /// <param name="system">The system that it works for.</param>
    /// <exception cref="ConfigurationException">There is no such class.</exception>
    public static FailureDetector Load(string fqcn, Config config, ActorSystem system)
    {
        var type = TypeNames.Find(fqcn);
        if (type is null || !typeof(FailureDetector).IsAssignableFrom(type))
            throw config.ErrorAt("implementation-class", $"'{fqcn}' is not found; a class that extends Akka.Remote.FailureDetector is expected.");
        try
        {
            return (FailureDetector)Activator.CreateInstance(type, config, system.EventStream)!;
        }
        catch (TargetInvocationException failure) when (failure.InnerException is ArgumentException or ConfigurationException)
        {
            throw config.ErrorAt("implementation-class", $"{type.Name} refuses its settings: {failure.InnerException.Message}");
        }
    }

    /// <summary>Makes a failure detector.</summary>
    /// <param name="context">The actor that asks.</param>
    /// <param name="fqcn">Its class, which has a constructor for a <see cref="Config"/> and an <see cref="EventStream"/>.</param>
    /// <param name="config">Its section of the configuration.</param>
    public static FailureDetector LoadFailureDetector(this IActorContext context, string fqcn, Config config) =>
        Load(fqcn, config, context.System);
}
