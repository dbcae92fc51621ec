namespace Akka.Persistence.Sql.Db;

/// <summary>
/// Sees to it that the tables exist before they are used. A database that cannot be reached is tried again with the next
/// piece of work, so that a plug-in recovers when the database does.
/// </summary>
internal sealed class SchemaGuard(SqlDialect dialect, Func<IEnumerable<string>> statements, bool create)
{
    private readonly Lock _lock = new();
    private volatile bool _done = !create;

    /// <summary>Creates the tables if that was not done yet.</summary>
    public void Ensure()
    {
        if (_done)
            return;
        lock (_lock)
        {
            if (_done)
                return;
            dialect.Create(statements());
            _done = true;
        }
    }
}
