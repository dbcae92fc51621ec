using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Dispatch.SysMsg;

namespace Akka.Event;

/// <summary>The bus that log entries, dead letters and an application's own events go over; subscribed to by .NET type.</summary>
public class EventStream : LoggingBus
{
    private readonly bool _debug;
    private readonly ConcurrentDictionary<IActorRef, StreamWatch> _watches = new();

    /// <summary>A stream; with <paramref name="debug"/> it logs subscriptions.</summary>
    public EventStream(bool debug) => _debug = debug;

    /// <inheritdoc/>
    public override bool Subscribe(IActorRef subscriber, Type channel)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        DebugLog($"subscribing {subscriber} to channel {channel}");
        var subscribed = base.Subscribe(subscriber, channel);
        if (subscribed && subscriber is LocalActorRef actor && !_watches.ContainsKey(subscriber))
            WatchSubscriber(actor);
        return subscribed;
    }

    /// <inheritdoc/>
    public override bool Unsubscribe(IActorRef subscriber, Type channel)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        DebugLog($"unsubscribing {subscriber} from channel {channel}");
        return base.Unsubscribe(subscriber, channel);
    }

    /// <inheritdoc/>
    public override bool Unsubscribe(IActorRef subscriber)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        DebugLog($"unsubscribing {subscriber} from all channels");
        if (_watches.TryRemove(subscriber, out var watch))
            watch.Stop();
        return base.Unsubscribe(subscriber);
    }

    private void WatchSubscriber(LocalActorRef actor)
    {
        var watch = new StreamWatch(this, actor);
        if (_watches.TryAdd(actor, watch))
            actor.SendSystemMessage(new Watch(actor, watch));
    }

    private void DebugLog(string text)
    {
        if (_debug)
            Publish(new Debug("EventStream", GetType(), text));
    }

    /// <summary>Ends the subscriptions of an actor that has ended.</summary>
    private sealed class StreamWatch(EventStream stream, LocalActorRef actor) : MinimalActorRef
    {
        private readonly ActorPath _path = actor.Provider.RootPath / "system" / Uids.ToName("$es-", (ulong)Uids.Next());

        public override ActorPath Path => _path;

        public override IActorRefProvider Provider => actor.Provider;

        public override void Stop() => actor.SendSystemMessage(new Unwatch(actor, this));

        public override void SendSystemMessage(ISystemMessage message)
        {
            if (message is DeathWatchNotification)
            {
                stream._watches.TryRemove(actor, out _);
                stream.Unsubscribe(actor);
            }
        }
    }
}

/// <summary>Subscribes in fewer words.</summary>
public static class EventStreamExtensions
{
    /// <summary>Subscribes to <typeparamref name="TChannel"/> and what is below it.</summary>
    public static bool Subscribe<TChannel>(this EventStream eventStream, IActorRef subscriber) => eventStream.Subscribe(subscriber, typeof(TChannel));

    /// <summary>Ends the subscription to <typeparamref name="TChannel"/>.</summary>
    public static bool Unsubscribe<TChannel>(this EventStream eventStream, IActorRef subscriber) => eventStream.Unsubscribe(subscriber, typeof(TChannel));
}
