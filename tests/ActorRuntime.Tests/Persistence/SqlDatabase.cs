using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using Trapline.TestSupport;

namespace Trapline.ActorRuntime.Tests.Persistence;

/// <summary>A fresh database for one test, on either kind of server.</summary>
public sealed class SqlDatabase : IDisposable
{
    private readonly Func<DbConnection> _open;
    private readonly Action _drop;

    private SqlDatabase(string connectionString, string provider, Func<DbConnection> open, Action drop)
    {
        ConnectionString = connectionString;
        Provider = provider;
        _open = open;
        _drop = drop;
    }

    /// <summary>As the configuration names it.</summary>
    public string ConnectionString { get; }

    /// <summary>As the configuration names it.</summary>
    public string Provider { get; }

    /// <summary>A file in a folder of its own.</summary>
    public static SqlDatabase Sqlite()
    {
        var folder = Directory.CreateTempSubdirectory("journal-");
        var connection = $"Data Source={Path.Combine(folder.FullName, "journal.db")}";
        return new SqlDatabase(connection, "SQLite.MS", () => new SqliteConnection(connection), () => folder.Delete(recursive: true));
    }

    /// <summary>A database on the test run's own server.</summary>
    public static SqlDatabase Postgres()
    {
        var connection = PostgresServer.Instance.CreateDatabase();
        return new SqlDatabase(connection, "PostgreSQL.15", () => new NpgsqlConnection(connection), () => { });
    }

    /// <summary>Settings that make journal and snapshot store use it.</summary>
    public string Config(string more = "") => $$"""
        akka.test.single-expect-default = 30s
        akka.persistence {
          journal {
            plugin = "akka.persistence.journal.sql"
            sql {
              class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"
              connection-string = "{{ConnectionString}}"
              provider-name = "{{Provider}}"
              auto-initialize = true
            }
          }
          snapshot-store {
            plugin = "akka.persistence.snapshot-store.sql"
            sql {
              class = "Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql"
              connection-string = "{{ConnectionString}}"
              provider-name = "{{Provider}}"
              auto-initialize = true
            }
          }
        }
        {{more}}
        """;

    /// <summary>An open connection of the test's own.</summary>
    public DbConnection Open()
    {
        var connection = _open();
        connection.Open();
        return connection;
    }

    /// <summary>Runs a statement.</summary>
    public void Execute(string statement)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    /// <summary>The rows of a query, each as its values.</summary>
    public List<object?[]> Query(string query)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = query;
        using var reader = command.ExecuteReader();
        var rows = new List<object?[]>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add([.. row.Select(v => v is DBNull ? null : v)]);
        }

        return rows;
    }

    public void Dispose() => _drop();
}
