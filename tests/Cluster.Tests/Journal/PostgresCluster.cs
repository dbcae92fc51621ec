using Npgsql;
using Trapline.ActorRuntime.Tests.Persistence;
using Trapline.Cluster.Tests.Processes;

namespace Trapline.Cluster.Tests.Journal;

/// <summary>A controller with its journal in a PostgreSQL database of its own, a node, and a VM called <see cref="Web"/>.</summary>
internal sealed class PostgresCluster : IAsyncDisposable
{
    public const string Web = "web";

    private readonly DirectoryInfo _folder;
    private readonly string _database;

    private PostgresCluster(DirectoryInfo folder, string database, RealCluster cluster) => (_folder, _database, Cluster) = (folder, database, cluster);

    public RealCluster Cluster { get; }

    /// <summary>Starts one; skips the test where PostgreSQL is not installed.</summary>
    public static async Task<PostgresCluster> StartAsync()
    {
        var database = PostgresServer.Instance.CreateDatabase();
        var folder = Directory.CreateTempSubdirectory("trapline-");
        var config = Path.Combine(folder.FullName, "postgres.conf");
        await File.WriteAllTextAsync(config, $$"""
            akka.persistence.journal.sql { connection-string = "{{database}}", provider-name = "PostgreSQL.15" }
            akka.persistence.snapshot-store.sql { connection-string = "{{database}}", provider-name = "PostgreSQL.15" }
            """);
        var cluster = await RealCluster.StartAsync(Path.Combine(folder.FullName, "data"), "--nodes", "1", "--config", config);
        var postgres = new PostgresCluster(folder, database, cluster);
        try
        {
            await cluster.Trapline.RunAsync("run", "--image", "minios", "--type", "highcpu.small", "--name", Web);
            await cluster.UntilRunsAsync(Web);
            return postgres;
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks the server something on a connection of its own.</summary>
    public async Task<object?> ExecuteAsync(string text)
    {
        await using var connection = new NpgsqlConnection(_database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(text, connection);
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
