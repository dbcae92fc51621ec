using Akka.Event;

namespace Akka.Persistence;

/// <summary>Failures that a plug-in reports as messages, for actors that do not handle them.</summary>
internal static class PluginFailures
{
    /// <summary>Logs the failure; false if the message is none.</summary>
    public static bool TryLog(ILoggingAdapter log, string persistenceId, object message)
    {
        switch (message)
        {
            case SaveSnapshotFailure f:
                log.Warning("Failed to save a snapshot of {0} at sequence number {1}: {2}", persistenceId, f.Metadata.SequenceNr, f.Cause.Message);
                return true;
            case DeleteSnapshotFailure f:
                log.Warning("Failed to delete the snapshot of {0} at sequence number {1}: {2}", persistenceId, f.Metadata.SequenceNr, f.Cause.Message);
                return true;
            case DeleteSnapshotsFailure f:
                log.Warning("Failed to delete the snapshots of {0} by {1}: {2}", persistenceId, f.Criteria, f.Cause.Message);
                return true;
            case DeleteMessagesFailure f:
                log.Warning("Failed to delete the events of {0} up to sequence number {1}: {2}", persistenceId, f.ToSequenceNr, f.Cause.Message);
                return true;
            default:
                return false;
        }
    }
}
