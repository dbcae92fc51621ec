using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Persistence.Journal;
using Akka.Persistence.Sql.Db;

namespace Akka.Persistence.Sql.Journal;

/// <summary>
/// The journal in a SQL database, with the configuration keys and the tables of Akka.Persistence.Sql. Events are serialized
/// on the actor's turn and written by <see cref="JournalWriter"/>; recoveries read on threads of their own.
/// </summary>
internal sealed class SqlWriteJournal : AsyncWriteJournal
{
    private readonly ConcurrentDictionary<string, Task> _writing = new(StringComparer.Ordinal);
    private readonly string _writerUuid = Guid.NewGuid().ToString("N");
    private readonly SqlSettings _settings;
    private readonly JournalTables _tables;
    private readonly JournalLimits _limits;
    private readonly PayloadSerializer _serializer;
    private readonly JournalStore _store;
    private readonly SchemaGuard _schema;
    private readonly JournalWriter _writer;
    private readonly DbThreads _readers;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    /// <summary>Creates the journal from its section of the configuration.</summary>
    public SqlWriteJournal(Config config)
    {
        config = SqlSettings.WithDefaults(config, "journal");
        _settings = SqlSettings.Read(config);
        _tables = new JournalTables(SqlSettings.Mapping(config));
        _limits = new JournalLimits(
            SqlSettings.Positive(config, "buffer-size"),
            SqlSettings.Positive(config, "batch-size"),
            SqlSettings.Positive(config, "replay-batch-size"),
            SqlSettings.Positive(config, "parallelism"));
        _serializer = new PayloadSerializer((ExtendedActorSystem)Context.System, _settings.Serializer);
        _store = new JournalStore(_settings.Dialect, _tables, config.GetBoolean("delete-compatibility-mode"));
        _schema = new SchemaGuard(_settings.Dialect, () => _settings.Dialect.CreateJournal(_tables), _settings.AutoInitialize);
        _writer = new JournalWriter(_settings.Dialect, _tables, _schema, _limits);
        _readers = new DbThreads("sql journal reader", _limits.Parallelism);
    }

    /// <inheritdoc/>
    public override async Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr)
    {
        // An actor that was restarted must see what its former incarnation still had on the way.
        if (_writing.TryGetValue(persistenceId, out var write))
            await write.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await _readers.Run(() =>
        {
            _schema.Ensure();
            return _store.HighestSequenceNr(persistenceId);
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task ReplayMessagesAsync(
        IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback) =>
        _readers.Run(() =>
        {
            foreach (var (row, ordering) in _store.Read(persistenceId, fromSequenceNr, toSequenceNr, max, _limits.ReplayBatchSize))
                recoveryCallback(Deserialize(persistenceId, row, ordering));
            return true;
        });

    /// <inheritdoc/>
    protected override void PreStart()
    {
        base.PreStart();
        var log = _log;
        _ = _readers.Run(() =>
        {
            try
            {
                _schema.Ensure();
            }
            catch (Exception e) when (_settings.WarnOnAutoInitFail)
            {
                log.Warning("The tables of the SQL journal could not be created yet: {0}", e.Message);
            }

            return true;
        });
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        // Waits, so that the database is closed when the actor system has ended.
        _writer.Dispose();
        _readers.Dispose();
        if (_writer.Join(SqlSettings.CloseLimit) && _readers.Join(SqlSettings.CloseLimit))
            _settings.Dialect.Close();
        base.PostStop();
    }

    /// <inheritdoc/>
    protected override async Task<IImmutableList<Exception>> WriteMessagesAsync(IEnumerable<AtomicWrite> messages)
    {
        var rows = new List<JournalRow>();
        var refusals = ImmutableList.CreateBuilder<Exception>();
        foreach (var write in messages)
        {
            try
            {
                rows.AddRange(write.Events.Select(Serialize).ToList());
                refusals.Add(null!);
            }
            catch (Exception e)
            {
                refusals.Add(e);
            }
        }

        if (rows.Count > 0)
            await TrackAsync(rows[0].PersistenceId, rows).ConfigureAwait(false);
        return refusals.TrueForAll(r => r is null) ? null! : refusals.ToImmutable();
    }

    /// <inheritdoc/>
    protected override Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr) =>
        _writer.RunAsync(connection => _store.Delete(connection, persistenceId, toSequenceNr));

    private async Task TrackAsync(string persistenceId, List<JournalRow> rows)
    {
        var write = _writing.TryGetValue(persistenceId, out var before) ? WriteAfterAsync(before, rows) : _writer.WriteAsync(rows);
        _writing[persistenceId] = write;
        try
        {
            await write.ConfigureAwait(false);
        }
        finally
        {
            _writing.TryRemove(KeyValuePair.Create(persistenceId, write));
        }
    }

    // An actor that is restarted hands over what it still has, while an earlier request is on the way. If that one fails,
    // so does this one: a journal must have no gap.
    private async Task WriteAfterAsync(Task before, List<JournalRow> rows)
    {
        await before.ConfigureAwait(false);
        await _writer.WriteAsync(rows).ConfigureAwait(false);
    }

    private JournalRow Serialize(IPersistentRepresentation e)
    {
        var (payload, tags) = e.Payload is Tagged tagged ? (tagged.Payload, (IReadOnlyCollection<string>)[.. tagged.Tags]) : (e.Payload, []);
        var serialized = _serializer.Serialize(payload);
        var created = e.Timestamp != 0 ? e.Timestamp : TimeProvider.System.GetUtcNow().UtcTicks;
        return new JournalRow(
            e.PersistenceId, e.SequenceNr, created, serialized.Bytes, serialized.SerializerId, serialized.Manifest, _writerUuid, tags);
    }

    private Persistent Deserialize(string persistenceId, StoredRow row, long ordering)
    {
        try
        {
            var bytes = row.Message as byte[] ?? throw new FormatException("its message is no bytes");
            var payload = _serializer.Deserialize(bytes, row.Identifier, row.Manifest);
            return new Persistent(
                payload, row.SequenceNr, persistenceId, row.Manifest, isDeleted: false, ActorRefs.NoSender, row.WriterUuid, row.Created);
        }
        catch (Exception e)
        {
            throw new UnreadableRowException(
                $"Table {_tables.Journal}, row {_tables.Ordering} = {ordering} (persistence id '{persistenceId}', sequence number {row.SequenceNr}, "
                + $"serializer {row.Identifier?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}, manifest '{row.Manifest}') cannot be read: {e.Message}",
                e);
        }
    }
}
