using Akka.Configuration;
using Trapline.Shared.Processes;

namespace Trapline.Controller.Hosting;

/// <summary>What a controller node sets of its actor system, unless it is said otherwise. Trapline's own settings: <c>NodeSettings</c>.</summary>
internal static class ControllerDefaults
{
    /// <summary>Those that are the same on every node.</summary>
    public static Config Config { get; } = ConfigurationFactory.ParseString("""
        akka {
          actor {
            provider = cluster
            serializers {
              trapline-journal = "Trapline.Controller.Journal.JournalSerializer, Trapline.Controller"
              trapline-snapshot = "Trapline.Controller.Journal.SnapshotSerializer, Trapline.Controller"
            }
            serialization-bindings {
              "Trapline.Controller.Model.IClusterEvent, Trapline.Controller" = trapline-journal
              "Trapline.Controller.Journal.ModelSnapshotV1, Trapline.Controller" = trapline-snapshot
            }
          }
          cluster {
            roles = [controller]
            downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
            split-brain-resolver { active-strategy = keep-majority, stable-after = 2s }
            failure-detector { heartbeat-interval = 500ms, acceptable-heartbeat-pause = 2s }
            seed-node-timeout = 2s
          }
          persistence {
            journal.plugin = "akka.persistence.journal.sql"
            snapshot-store.plugin = "akka.persistence.snapshot-store.sql"
            # A journal that failed again and again is tried again as soon as it may work.
            journal.sql.circuit-breaker.reset-timeout = 2s
            snapshot-store.sql.circuit-breaker.reset-timeout = 2s
          }
        }
        """);

    /// <summary>Those that follow from the command line: who is in the cluster, and where the journal lies unless the settings name a database.</summary>
    public static Config For(NodeOptions options)
    {
        var seeds = string.Join(", ", options.Controllers.Select(c => $"\"{NodeOptions.AddressOf(c)}\""));
        var journal = Path.Combine(Path.GetFullPath(options.Data), "journal");
        Directory.CreateDirectory(journal);

        // A lock is waited for less long than a request to the API, so that its answer names the lock.
        var database = $"Data Source={Path.Combine(journal, "controller.db")};Default Timeout=3";
        return ConfigurationFactory.ParseString($$"""
            akka.cluster.seed-nodes = [{{seeds}}]
            # A node that is cut off from the others must not begin a cluster of its own: alone it never gets a controller.
            akka.cluster.min-nr-of-members = {{(options.Controllers.Length / 2) + 1}}
            akka.persistence.journal.sql { connection-string = "{{database}}", provider-name = "SQLite.MS", auto-initialize = on }
            akka.persistence.snapshot-store.sql { connection-string = "{{database}}", provider-name = "SQLite.MS", auto-initialize = on }
            """);
    }
}
