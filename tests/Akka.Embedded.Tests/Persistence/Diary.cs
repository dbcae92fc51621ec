using System.Threading.Channels;
using Akka.Actor;
using Akka.Persistence;

namespace Akka.Embedded.Tests.Persistence;

/// <summary>Stores each text it gets, and tells a channel all that happens.</summary>
internal sealed class Diary : ReceivePersistentActor
{
    private readonly ChannelWriter<object> _told;

    public Diary(string id, ChannelWriter<object> told)
    {
        PersistenceId = id;
        _told = told;
        Command<string>(text => Persist(new Entry(text), stored => Tell("stored " + stored.Text)));
        Command<Func<object>>(snapshot => SaveSnapshot(snapshot()));
        Command<SaveSnapshotSuccess>(_ => Tell("saved"));
        Recover<Entry>(entry => Tell("replayed " + entry.Text));
        Recover<SnapshotOffer>(offer => Tell("snapshot " + offer.Snapshot));
        Recover<RecoveryCompleted>(_ => Tell("recovered"));
    }

    public override string PersistenceId { get; }

    public static (IActorRef Actor, Channel<object> Told) Start(ActorSystem system, string id)
    {
        var told = Channel.CreateUnbounded<object>();
        return (system.ActorOf(Props.Create(() => new Diary(id, told.Writer))), told);
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null) => Tell(reason);

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) => Tell(cause);

    private void Tell(object what) => _told.TryWrite(what);
}

/// <summary>An event of <see cref="Diary"/>.</summary>
internal sealed record Entry(string Text);

internal static class Channels
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task<object> NextAsync(this Channel<object> channel) => channel.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public static async Task ExpectAsync(this Channel<object> channel, params string[] expected)
    {
        foreach (var text in expected)
            Assert.Equal(text, await channel.NextAsync());
    }
}
