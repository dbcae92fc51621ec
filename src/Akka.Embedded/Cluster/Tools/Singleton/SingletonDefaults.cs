using Akka.Configuration;

namespace Akka.Cluster.Tools.Singleton;

/// <summary>The defaults of singleton managers and proxies, for those who add them to their configuration themselves.</summary>
internal static class SingletonDefaults
{
    public static Config Config => ConfigurationFactory.FromResource("Akka.Cluster.reference.conf", typeof(SingletonDefaults).Assembly);
}
