using Akka.Actor;
using Akka.Configuration;

namespace Akka.Persistence;

/// <summary>The id of the persistence extension.</summary>
public class Persistence : ExtensionIdProvider<PersistenceExtension>
{
    /// <summary>The only instance.</summary>
    public static Persistence Instance { get; } = new();

    /// <summary>The defaults of all settings below <c>akka.persistence</c>.</summary>
    public static Config DefaultConfig() =>
        ConfigurationFactory.FromResource("Akka.Persistence.reference.conf", typeof(Persistence).Assembly);

    /// <inheritdoc/>
    public override PersistenceExtension CreateExtension(ExtendedActorSystem system) => new(system);
}
