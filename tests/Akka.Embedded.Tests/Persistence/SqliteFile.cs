using Akka.Actor;
using Akka.Configuration;
using Microsoft.Data.Sqlite;

namespace Akka.Embedded.Tests.Persistence;

/// <summary>A SQLite file of one test, and settings that make the SQL plug-ins use it.</summary>
internal sealed class SqliteFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("journal-");

    public string ConnectionString => $"Data Source={Path.Combine(_folder.FullName, "journal.db")}";

    public ActorSystem System(string more = "") => ActorSystem.Create("sql", ConfigurationFactory.ParseString($$"""
        {{more}}
        akka.loglevel = OFF
        akka.stdout-loglevel = OFF
        akka.persistence {
          journal {
            plugin = "akka.persistence.journal.sql"
            sql { connection-string = "{{ConnectionString}}", provider-name = "SQLite.MS" }
          }
          snapshot-store {
            plugin = "akka.persistence.snapshot-store.sql"
            sql { connection-string = "{{ConnectionString}}", provider-name = "SQLite.MS" }
          }
        }
        """));

    public SqliteConnection Open()
    {
        var connection = new SqliteConnection(ConnectionString);
        connection.Open();
        return connection;
    }

    public List<string> Query(string query)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = query;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(string.Join(" ", Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "null" : reader.GetValue(i).ToString())));
        return rows;
    }

    public void Execute(string statement)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }
}
