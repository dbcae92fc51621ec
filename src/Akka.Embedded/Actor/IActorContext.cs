using Akka.Dispatch;

namespace Akka.Actor;

/// <summary>Makes and finds actors.</summary>
public interface IActorRefFactory
{
    /// <summary>Makes an actor from its recipe; without a name it gets one made up.</summary>
    /// <exception cref="InvalidActorNameException">The name is taken or has characters that are not allowed.</exception>
    IActorRef ActorOf(Props props, string? name = null);

    /// <summary>The actors at <paramref name="actorPath"/>.</summary>
    ActorSelection ActorSelection(ActorPath actorPath);

    /// <summary>The actors at a path that may be relative and hold <c>..</c>, <c>*</c> and <c>?</c>.</summary>
    ActorSelection ActorSelection(string actorPath);
}

/// <summary>Watches actors for their end.</summary>
public interface ICanWatch
{
    /// <summary>Asks for <see cref="Terminated"/> when <paramref name="subject"/> has ended.</summary>
    IActorRef Watch(IActorRef subject);

    /// <summary>Asks for <paramref name="message"/> when <paramref name="subject"/> has ended.</summary>
    IActorRef WatchWith(IActorRef subject, object message);

    /// <summary>Takes the request back; a termination message that is queued already is dropped.</summary>
    IActorRef Unwatch(IActorRef subject);
}

/// <summary>What an actor sees of its place in the system. Only to be used from inside the actor.</summary>
public interface IActorContext : IActorRefFactory, ICanWatch
{
    /// <summary>The actor.</summary>
    IActorRef Self { get; }

    /// <summary>The recipe it was made from.</summary>
    Props Props { get; }

    /// <summary>Who sent the message in hand; dead letters if nobody is named.</summary>
    IActorRef Sender { get; }

    /// <summary>The system.</summary>
    ActorSystem System { get; }

    /// <summary>The supervisor.</summary>
    IActorRef Parent { get; }

    /// <summary>Where the actor runs.</summary>
    MessageDispatcher Dispatcher { get; }

    /// <summary>See <see cref="SetReceiveTimeout"/>.</summary>
    TimeSpan? ReceiveTimeout { get; }

    /// <summary>Replaces the behaviour, and forgets those below it.</summary>
    void Become(Receive receive);

    /// <summary>Puts a behaviour on top of the present one.</summary>
    void BecomeStacked(Receive receive);

    /// <summary>Goes back to the behaviour below.</summary>
    void UnbecomeStacked();

    /// <summary>The child called <paramref name="name"/>, or <see cref="Nobody"/>.</summary>
    IActorRef Child(string name);

    /// <summary>All children.</summary>
    IEnumerable<IActorRef> GetChildren();

    /// <summary>Sends <see cref="ReceiveTimeout"/> to this actor each time it has got no message for that long; null ends it.</summary>
    void SetReceiveTimeout(TimeSpan? timeout);

    /// <summary>Ends a child, or this actor.</summary>
    void Stop(IActorRef child);
}

/// <summary>The context of an <see cref="UntypedActor"/>.</summary>
public interface IUntypedActorContext : IActorContext
{
    /// <summary>Replaces the behaviour, and forgets those below it.</summary>
    void Become(UntypedReceive receive);

    /// <summary>Puts a behaviour on top of the present one.</summary>
    void BecomeStacked(UntypedReceive receive);
}

/// <summary>Makes and finds actors, in fewer words.</summary>
public static class ActorRefFactoryExtensions
{
    /// <summary>Makes an actor of a class with a constructor without parameters.</summary>
    public static IActorRef ActorOf<TActor>(this IActorRefFactory factory, string? name = null)
        where TActor : ActorBase, new() => factory.ActorOf(Props.Create<TActor>(), name);

    /// <summary>The actors at <paramref name="actorPath"/>, seen from <paramref name="anchorRef"/>.</summary>
    public static ActorSelection ActorSelection(this IActorRefFactory factory, IActorRef anchorRef, string actorPath) =>
        ActorRefFactoryShared.ActorSelection(anchorRef, actorPath);
}

/// <summary>Sends with the running actor as sender.</summary>
public static class ActorRefImplicitSenderExtensions
{
    /// <summary>Sends <paramref name="message"/> from the actor that runs on this thread, or from nobody.</summary>
    public static void Tell(this IActorRef receiver, object message) => receiver.Tell(message, ActorCell.Current?.Self);

    /// <summary>Passes a message on with its original sender.</summary>
    public static void Forward(this IActorRef receiver, object message) => receiver.Tell(message, ActorCell.Current?.Sender);
}
