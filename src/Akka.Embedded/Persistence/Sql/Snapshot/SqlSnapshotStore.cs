using System.Data.Common;
using System.Globalization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Persistence.Snapshot;
using Akka.Persistence.Sql.Db;

namespace Akka.Persistence.Sql.Snapshot;

/// <summary>The snapshot store in a SQL database, with the configuration keys and the table of Akka.Persistence.Sql.</summary>
internal sealed class SqlSnapshotStore : SnapshotStore
{
    // One to save and one to load: a big snapshot does not hold up all recoveries.
    private const int Threads = 2;

    private readonly SqlSettings _settings;
    private readonly SnapshotTable _table;
    private readonly PayloadSerializer _serializer;
    private readonly SchemaGuard _schema;
    private readonly DbThreads _threads;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly string _pid;
    private readonly string _nr;
    private readonly string _created;

    /// <summary>Creates the store from its section of the configuration.</summary>
    public SqlSnapshotStore(Config config)
    {
        config = SqlSettings.WithDefaults(config, "snapshot-store");
        _settings = SqlSettings.Read(config);
        _table = new SnapshotTable(SqlSettings.Mapping(config));
        _serializer = new PayloadSerializer((ExtendedActorSystem)Context.System, _settings.Serializer);
        _schema = new SchemaGuard(_settings.Dialect, () => _settings.Dialect.CreateSnapshots(_table), _settings.AutoInitialize);
        _threads = new DbThreads("sql snapshot store", Threads);
        _pid = SqlDialect.Quote(_table.PersistenceId);
        _nr = SqlDialect.Quote(_table.SequenceNumber);
        _created = SqlDialect.Quote(_table.Created);
    }

    /// <inheritdoc/>
    protected override void PreStart()
    {
        base.PreStart();
        var log = _log;
        _ = _threads.Run(() =>
        {
            try
            {
                _schema.Ensure();
            }
            catch (Exception e) when (_settings.WarnOnAutoInitFail)
            {
                log.Warning("The table of the SQL snapshot store could not be created yet: {0}", e.Message);
            }

            return true;
        });
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        // Waits, so that the database is closed when the actor system has ended.
        _threads.Dispose();
        if (_threads.Join(SqlSettings.CloseLimit))
            _settings.Dialect.Close();
        base.PostStop();
    }

    /// <inheritdoc/>
    protected override Task<SelectedSnapshot> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria) => _threads.Run(() =>
    {
        _schema.Ensure();
        using var connection = _settings.Dialect.OpenReader();
        using var command = connection.Command(
            null,
            $"""
            SELECT {_nr}, {_created}, {SqlDialect.Quote(_table.Snapshot)}, {SqlDialect.Quote(_table.Manifest)}, {SqlDialect.Quote(_table.SerializerId)}
            FROM {_table.Table} WHERE {Matching} ORDER BY {_nr} DESC LIMIT 1
            """,
            Bounds(persistenceId, criteria));
        using var reader = command.ExecuteReader();
        return reader.Read() ? Deserialize(persistenceId, reader) : null!;
    });

    /// <inheritdoc/>
    protected override Task SaveAsync(SnapshotMetadata metadata, object snapshot)
    {
        var serialized = _serializer.Serialize(snapshot);
        return Write(connection => connection.Execute(
            null,
            $"""
            INSERT INTO {_table.Table} ({_pid}, {_nr}, {_created}, {SqlDialect.Quote(_table.Snapshot)}, {SqlDialect.Quote(_table.Manifest)}, {SqlDialect.Quote(_table.SerializerId)})
            VALUES (@pid, @nr, @created, @snapshot, @manifest, @serializer)
            ON CONFLICT ({_pid}, {_nr}) DO UPDATE SET {_created} = excluded.{_created},
              {SqlDialect.Quote(_table.Snapshot)} = excluded.{SqlDialect.Quote(_table.Snapshot)},
              {SqlDialect.Quote(_table.Manifest)} = excluded.{SqlDialect.Quote(_table.Manifest)},
              {SqlDialect.Quote(_table.SerializerId)} = excluded.{SqlDialect.Quote(_table.SerializerId)}
            """,
            ("@pid", metadata.PersistenceId),
            ("@nr", metadata.SequenceNr),
            ("@created", metadata.Timestamp.Ticks),
            ("@snapshot", serialized.Bytes),
            ("@manifest", serialized.Manifest),
            ("@serializer", serialized.SerializerId)));
    }

    /// <inheritdoc/>
    protected override Task DeleteAsync(SnapshotMetadata metadata) => Write(connection =>
    {
        var statement = $"DELETE FROM {_table.Table} WHERE {_pid} = @pid AND {_nr} = @nr";
        if (metadata.Timestamp == DateTime.MinValue)
            connection.Execute(null, statement, ("@pid", metadata.PersistenceId), ("@nr", metadata.SequenceNr));
        else
            connection.Execute(null, $"{statement} AND {_created} <= @created", ("@pid", metadata.PersistenceId), ("@nr", metadata.SequenceNr), ("@created", metadata.Timestamp.Ticks));
    });

    /// <inheritdoc/>
    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria) => Write(connection =>
        connection.Execute(null, $"DELETE FROM {_table.Table} WHERE {Matching}", Bounds(persistenceId, criteria)));

    private string Matching => $"{_pid} = @pid AND {_nr} <= @max AND {_nr} >= @min AND {_created} <= @latest AND {_created} >= @earliest";

    private static (string, object?)[] Bounds(string persistenceId, SnapshotSelectionCriteria criteria) =>
    [
        ("@pid", persistenceId),
        ("@max", criteria.MaxSequenceNr),
        ("@min", criteria.MinSequenceNr),
        ("@latest", criteria.MaxTimeStamp.Ticks),
        ("@earliest", (criteria.MinTimestamp ?? DateTime.MinValue).Ticks),
    ];

    private Task Write(Action<DbConnection> change) => _threads.Run(() =>
    {
        _schema.Ensure();
        using var connection = _settings.Dialect.OpenWriter();
        change(connection);
        return true;
    });

    private SelectedSnapshot Deserialize(string persistenceId, DbDataReader row)
    {
        var nr = row.GetInt64(0);
        int? serializer = row.IsDBNull(4) ? null : row.GetInt32(4);
        var manifest = row.IsDBNull(3) ? "" : row.GetString(3);
        try
        {
            var snapshot = _serializer.Deserialize((byte[])row.GetValue(2), serializer, manifest);
            return new SelectedSnapshot(new SnapshotMetadata(persistenceId, nr, new DateTime(row.GetInt64(1), DateTimeKind.Utc)), snapshot);
        }
        catch (Exception e)
        {
            throw new UnreadableRowException(
                $"Table {_table.Name} (persistence id '{persistenceId}', sequence number {nr}, serializer "
                + $"{serializer?.ToString(CultureInfo.InvariantCulture) ?? "none"}, manifest '{manifest}') cannot be read: {e.Message}",
                e);
        }
    }
}
