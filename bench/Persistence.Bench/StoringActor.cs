using Akka.Persistence;

namespace Trapline.Bench.Persistence;

/// <summary>Asks an actor to store so many events.</summary>
public sealed record StoreCommand(int Count);

/// <summary>Completes when all have signalled.</summary>
public sealed class Countdown(int count)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = count;

    public Task Done => _done.Task;

    public void Signal()
    {
        if (Interlocked.Decrement(ref _left) == 0)
            _done.SetResult();
    }
}

/// <summary>Stores small texts and counts them.</summary>
public sealed class StoringActor : ReceivePersistentActor
{
    private int _stored;

    public StoringActor(string id, int expected, Countdown recovered, Countdown finish)
    {
        PersistenceId = id;
        Command<StoreCommand>(command => PersistAllAsync(
            Enumerable.Range(0, command.Count).Select(_ => "an event of the size of a small state change"),
            _ =>
            {
                if (++_stored == expected)
                    finish.Signal();
            }));
        Recover<string>(_ => _stored++);
        Recover<RecoveryCompleted>(_ => recovered.Signal());
    }

    public override string PersistenceId { get; }
}
