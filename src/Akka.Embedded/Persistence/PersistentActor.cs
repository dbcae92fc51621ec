namespace Akka.Persistence;

/// <summary>A persistent actor that handles commands and replayed events in two methods.</summary>
public abstract class PersistentActor : Eventsourced
{
    /// <summary>Creates the actor.</summary>
    protected PersistentActor()
    {
    }

    /// <inheritdoc/>
    protected override bool Receive(object message) => ReceiveCommand(message);
}
