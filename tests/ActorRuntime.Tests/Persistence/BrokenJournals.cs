using System.Collections.Immutable;
using Akka.Actor;
using Akka.Persistence;
using Akka.Persistence.Journal;

namespace Trapline.ActorRuntime.Tests.Persistence;

/// <summary>A journal in memory that refuses events with the text "reject" in them, and fails on "fail".</summary>
public sealed class PickyJournal : MemoryJournal
{
    protected override async Task<IImmutableList<Exception>> WriteMessagesAsync(IEnumerable<AtomicWrite> messages)
    {
        var writes = messages.ToList();
        var results = writes.Select(w => Says(w, "reject") ? new CrashException("refused") : (Exception)null!).ToImmutableList();
        if (writes.Exists(w => Says(w, "fail")))
            throw new CrashException("the disk is full");
        await base.WriteMessagesAsync(writes.Where(w => !Says(w, "reject")).ToList());
        return results;
    }

    private static bool Says(AtomicWrite write, string text) =>
        ((IImmutableList<IPersistentRepresentation>)write.Payload).Any(e => e.Payload.ToString()!.Contains(text, StringComparison.Ordinal));
}

/// <summary>A journal that says how high it is, and never replays.</summary>
public sealed class SilentJournal : AsyncWriteJournal
{
    private static readonly TaskCompletionSource Never = new();

    public override Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr) => Task.FromResult(1L);

    public override Task ReplayMessagesAsync(
        IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback) =>
        Never.Task;

    protected override Task<IImmutableList<Exception>> WriteMessagesAsync(IEnumerable<AtomicWrite> messages) =>
        Task.FromResult<IImmutableList<Exception>>(null!);

    protected override Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr) => Task.CompletedTask;
}

/// <summary>A journal that takes writes and never finishes them.</summary>
public sealed class HangingJournal : AsyncWriteJournal
{
    private static readonly TaskCompletionSource<IImmutableList<Exception>> Never = new();

    public override Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr) => Task.FromResult(0L);

    public override Task ReplayMessagesAsync(
        IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback) =>
        Task.CompletedTask;

    protected override Task<IImmutableList<Exception>> WriteMessagesAsync(IEnumerable<AtomicWrite> messages) => Never.Task;

    protected override Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr) => Task.CompletedTask;
}

/// <summary>A journal whose replays wait until the test lets them go; it says which it holds.</summary>
public sealed class GatedJournal : AsyncWriteJournal
{
    public static System.Threading.Channels.Channel<(string Id, TaskCompletionSource Gate)> Held { get; } =
        System.Threading.Channels.Channel.CreateUnbounded<(string, TaskCompletionSource)>();

    public override async Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Held.Writer.TryWrite((persistenceId, gate));
        await gate.Task;
        return 0;
    }

    public override Task ReplayMessagesAsync(
        IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback) =>
        Task.CompletedTask;

    protected override Task<IImmutableList<Exception>> WriteMessagesAsync(IEnumerable<AtomicWrite> messages) =>
        Task.FromResult<IImmutableList<Exception>>(null!);

    protected override Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr) => Task.CompletedTask;
}
