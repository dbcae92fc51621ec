using System.Runtime.Serialization;

namespace Akka.Persistence.Snapshot;

/// <summary>Stands in where no snapshot store is configured: there is never a snapshot, and none can be kept.</summary>
public sealed class NoSnapshotStore : SnapshotStore
{
    /// <summary>Creates the store.</summary>
    public NoSnapshotStore()
    {
    }

    /// <inheritdoc/>
    protected override Task<SelectedSnapshot> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria) =>
        Task.FromResult<SelectedSnapshot>(null!);

    /// <inheritdoc/>
    protected override Task SaveAsync(SnapshotMetadata metadata, object snapshot) => Refuse();

    /// <inheritdoc/>
    protected override Task DeleteAsync(SnapshotMetadata metadata) => Refuse();

    /// <inheritdoc/>
    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria) => Refuse();

    private static Task Refuse() => Task.FromException(
        new NoSnapshotStoreException("No snapshot store is configured: akka.persistence.snapshot-store.plugin is empty."));

    /// <summary>A snapshot was to be kept or deleted where no store is configured.</summary>
    public class NoSnapshotStoreException : Exception
    {
        /// <summary>Creates an exception without a message.</summary>
        public NoSnapshotStoreException()
        {
        }

        /// <summary>Creates an exception with a message.</summary>
        public NoSnapshotStoreException(string message)
            : base(message)
        {
        }

        /// <summary>Creates an exception with a message and the exception that led to it.</summary>
        public NoSnapshotStoreException(string message, Exception innerException)
            : base(message, innerException)
        {
        }

        /// <summary>Rebuilds a serialized exception.</summary>
        protected NoSnapshotStoreException(SerializationInfo info, StreamingContext context)
            : base(info, context)
        {
        }
    }
}
