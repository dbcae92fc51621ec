using Akka.Configuration;
using Akka.Util;

namespace Akka.Actor;

/// <summary>Which provider of references a system uses.</summary>
public abstract class ProviderSelection
{
    private protected ProviderSelection(string identifier, string fqn, bool hasCluster)
    {
        Identifier = identifier;
        Fqn = fqn;
        HasCluster = hasCluster;
    }

    internal string Identifier { get; }

    internal string Fqn { get; }

    internal bool HasCluster { get; }

    internal static ProviderSelection Parse(string provider) => provider switch
    {
        "local" => Local.Instance,
        "remote" => Remote.Instance,
        "cluster" => Cluster.Instance,
        _ => new Custom(provider, null, provider.StartsWith(Cluster.Instance.Fqn, StringComparison.Ordinal)),
    };

    /// <summary>Actors in this process only.</summary>
    public sealed class Local : ProviderSelection
    {
        /// <summary>The only one.</summary>
        public static readonly Local Instance = new();

        private Local()
            : base("local", "Akka.Actor.LocalActorRefProvider", hasCluster: false)
        {
        }
    }

    /// <summary>Actors in other systems too.</summary>
    public sealed class Remote : ProviderSelection
    {
        /// <summary>The only one.</summary>
        public static readonly Remote Instance = new();

        private Remote()
            : base("remote", "Akka.Remote.RemoteActorRefProvider", hasCluster: false)
        {
        }
    }

    /// <summary>Actors in a cluster.</summary>
    public sealed class Cluster : ProviderSelection
    {
        /// <summary>The only one.</summary>
        public static readonly Cluster Instance = new();

        private Cluster()
            : base("cluster", "Akka.Cluster.ClusterActorRefProvider", hasCluster: true)
        {
        }
    }

    /// <summary>A provider class of the user's own.</summary>
    public sealed class Custom : ProviderSelection
    {
        /// <summary>The class <paramref name="fqn"/>.</summary>
        public Custom(string fqn, string? identifier = null, bool hasCluster = false)
            : base(identifier ?? fqn, fqn, hasCluster)
        {
        }
    }
}

/// <summary>Configuration and provider of a system, given in code.</summary>
public sealed class BootstrapSetup : Setup.Setup
{
    private BootstrapSetup(Option<Config> config, Option<ProviderSelection> provider)
    {
        Config = config;
        ActorRefProvider = provider;
    }

    /// <summary>The configuration.</summary>
    public Option<Config> Config { get; }

    /// <summary>The provider; none leaves the choice to configuration.</summary>
    public Option<ProviderSelection> ActorRefProvider { get; }

    /// <summary>Says nothing.</summary>
    public static BootstrapSetup Create() => new(Option<Config>.None, Option<ProviderSelection>.None);

    /// <summary>With another provider.</summary>
    public BootstrapSetup WithActorRefProvider(ProviderSelection name) => new(Config, new Option<ProviderSelection>(name));

    /// <summary>With another configuration.</summary>
    public BootstrapSetup WithConfig(Config config) => new(new Option<Config>(config), ActorRefProvider);

    /// <summary>With values for what the configuration does not say.</summary>
    public BootstrapSetup WithConfigFallback(Config config) =>
        WithConfig(Config.HasValue ? Config.Value.WithFallback(config) : config);
}
