using System.Data.Common;
using System.Threading.Channels;
using Akka.Persistence.Sql.Db;

namespace Akka.Persistence.Sql.Journal;

/// <summary>
/// Writes the events of many actors in few transactions. Requests queue up while a transaction commits; the next one takes
/// all that wait, up to a limit. A request is written as a whole or not at all.
/// If the database refuses a batch because one event exists already, each request of it is written on its own, so that only
/// the one at fault fails. Any other failure fails all requests of the batch: what happened to them is not known. No thread then uses a connection
/// again that was open before: a server that restarted has closed them all.
/// </summary>
internal sealed class JournalWriter : IDisposable
{
    private readonly SqlDialect _dialect;
    private readonly JournalTables _tables;
    private readonly SchemaGuard _schema;
    private readonly int _batchSize;
    private readonly Channel<Request> _requests;
    private readonly int _bufferSize;
    private readonly List<Thread> _threads = [];
    private int _failures;

    /// <summary>Starts the writing threads.</summary>
    public JournalWriter(SqlDialect dialect, JournalTables tables, SchemaGuard schema, JournalLimits limits)
    {
        _dialect = dialect;
        _tables = tables;
        _schema = schema;
        _batchSize = limits.BatchSize;
        _bufferSize = limits.BufferSize;
        _requests = Channel.CreateBounded<Request>(limits.BufferSize);
        for (var i = 0; i < dialect.Writers(limits.Parallelism); i++)
        {
            var thread = new Thread(Run) { IsBackground = true, Name = "sql journal writer" };
            thread.Start();
            _threads.Add(thread);
        }
    }

    /// <summary>Writes events together.</summary>
    public Task WriteAsync(IReadOnlyList<JournalRow> rows) => EnqueueAsync(new Request(rows, null));

    /// <summary>Runs a change on a writing connection, in its place among the writes.</summary>
    public Task RunAsync(Action<DbConnection> change) => EnqueueAsync(new Request([], change));

    /// <summary>Takes no more requests; what is queued is still written.</summary>
    public void Dispose() => _requests.Writer.TryComplete();

    /// <summary>Waits until all is done after <see cref="Dispose"/>; false if that took too long.</summary>
    public bool Join(TimeSpan limit) => _threads.TrueForAll(t => t.Join(limit));

    private Task EnqueueAsync(Request request) => _requests.Writer.TryWrite(request)
        ? request.Done.Task
        : Task.FromException(new InvalidOperationException(
            $"The SQL journal takes no more writes: {_bufferSize} are waiting (buffer-size), or it has stopped."));

    private void Run()
    {
        DbConnection? connection = null;
        var failures = 0;
        var batch = new List<Request>();
        while (_requests.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (Collect(batch))
            {
                if (failures != Volatile.Read(ref _failures))
                {
                    failures = Volatile.Read(ref _failures);
                    LetGo(() => connection?.Dispose());
                    connection = null;
                }

                connection = Execute(batch, connection);
                batch.Clear();
            }
        }

        LetGo(() => connection?.Dispose());
    }

    private bool Collect(List<Request> batch)
    {
        var rows = 0;
        while (rows < _batchSize && _requests.Reader.TryPeek(out var next))
        {
            // A change of another kind has a transaction of its own.
            if (next.Change is not null && batch.Count > 0)
                break;
            if (!_requests.Reader.TryRead(out var request))
                break;
            batch.Add(request);
            rows += request.Rows.Count;
            if (request.Change is not null)
                break;
        }

        return batch.Count > 0;
    }

    // Returns the connection to go on with: null if it is better not used again.
    private DbConnection? Execute(List<Request> batch, DbConnection? connection)
    {
        try
        {
            _schema.Ensure();
            connection ??= _dialect.OpenWriter();
            if (batch is [{ Change: { } change }])
                change(connection);
            else
                Insert(connection, batch);
            batch.ForEach(r => r.Done.SetResult());
            return connection;
        }
        catch (Exception e) when (batch.Count > 1 && _dialect.IsDuplicate(e))
        {
            foreach (var request in batch)
                connection = Execute([request], connection);
            return connection;
        }
        catch (Exception e)
        {
            if (_dialect.IsDuplicate(e))
            {
                batch.ForEach(r => r.Done.SetException(Duplicate(r, e)));
                return connection;
            }

            try
            {
                Interlocked.Increment(ref _failures);
                LetGo(() => connection?.Dispose());
                LetGo(_dialect.Distrust);
            }
            finally
            {
                batch.ForEach(r => r.Done.SetException(e));
            }

            return null;
        }
    }

    // A connection that has failed may fail at its closing too. That is no news to those who wait for an answer, and must not end the thread.
    private static void LetGo(Action close)
    {
        try
        {
            close();
        }
        catch (Exception)
        {
            // Whatever it still holds ends with the server's end of it.
        }
    }

    private void Insert(DbConnection connection, List<Request> batch)
    {
        var rows = batch.Count == 1 ? batch[0].Rows : [.. batch.SelectMany(r => r.Rows)];
        using var transaction = connection.BeginTransaction();
        _dialect.Insert(connection, transaction, _tables, rows);
        transaction.Commit();
    }

    private DuplicateSequenceNrException Duplicate(Request request, Exception e)
    {
        var (first, last) = (request.Rows[0], request.Rows[^1]);
        var numbers = request.Rows.Count == 1 ? $"sequence number {first.SequenceNr}" : $"one of the sequence numbers {first.SequenceNr} to {last.SequenceNr}";
        return new DuplicateSequenceNrException(
            $"Table {_tables.Journal} already has {numbers} of persistence id '{first.PersistenceId}': another writer is active.", e);
    }

    private sealed record Request(IReadOnlyList<JournalRow> Rows, Action<DbConnection>? Change)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>How much the journal writes and reads at a time.</summary>
internal sealed record JournalLimits(int BufferSize, int BatchSize, int ReplayBatchSize, int Parallelism);
