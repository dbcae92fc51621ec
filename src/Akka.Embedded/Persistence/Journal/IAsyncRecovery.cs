using Akka.Actor;

namespace Akka.Persistence.Journal;

/// <summary>What a recovery needs of a journal.</summary>
public interface IAsyncRecovery
{
    /// <summary>Replays events in order of their sequence numbers.</summary>
    Task ReplayMessagesAsync(
        IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback);

    /// <summary>The highest sequence number that was ever stored.</summary>
    Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr);
}
