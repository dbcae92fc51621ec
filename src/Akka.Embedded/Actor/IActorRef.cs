using Akka.Dispatch.SysMsg;
using Akka.Util;

namespace Akka.Actor;

/// <summary>Something that takes messages.</summary>
public interface ICanTell
{
    /// <summary>Sends <paramref name="message"/>; returns at once, gives no promise of delivery.</summary>
    void Tell(object message, IActorRef? sender);
}

/// <summary>A handle to an actor. Can be kept, compared, sent in messages; says nothing about whether the actor still lives.</summary>
public interface IActorRef : ICanTell, IEquatable<IActorRef>, IComparable<IActorRef>, ISurrogated, IComparable
{
    /// <summary>The actor's place in the tree.</summary>
    ActorPath Path { get; }
}

/// <summary>Whether a reference leads to an actor in this process.</summary>
public interface IActorRefScope
{
    /// <summary>True if the actor is in this process.</summary>
    bool IsLocal { get; }
}

/// <summary>What the runtime itself does with a reference.</summary>
public interface IInternalActorRef : IActorRef, IActorRefScope
{
    /// <summary>The parent.</summary>
    IInternalActorRef Parent { get; }

    /// <summary>The provider that made the reference.</summary>
    IActorRefProvider Provider { get; }

    /// <summary>Whether the actor is known to have ended.</summary>
    bool IsTerminated { get; }

    /// <summary>The descendant at <paramref name="name"/> (".." is the parent), or <see cref="Nobody"/>.</summary>
    IActorRef GetChild(IReadOnlyList<string> name);

    /// <summary>Undoes a <see cref="Suspend"/>.</summary>
    void Resume(Exception? causedByFailure = null);

    /// <summary>Lets a newly made actor begin.</summary>
    void Start();

    /// <summary>Ends the actor after the message in hand.</summary>
    void Stop();

    /// <summary>Puts a new instance in place of the old one.</summary>
    void Restart(Exception cause);

    /// <summary>Holds user messages back.</summary>
    void Suspend();

    /// <summary>Sends a message of the runtime itself.</summary>
    void SendSystemMessage(ISystemMessage message);
}
