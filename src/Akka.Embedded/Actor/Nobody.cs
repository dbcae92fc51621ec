using Akka.Util;

namespace Akka.Actor;

/// <summary>The reference that leads nowhere: what a look-up gives back that found nothing. Swallows messages.</summary>
public sealed class Nobody : MinimalActorRef
{
    /// <summary>The only one.</summary>
    public static Nobody Instance = new();

    private Nobody()
    {
    }

    /// <inheritdoc/>
    public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / "nobody";

    /// <inheritdoc/>
    public override IActorRefProvider Provider => throw new NotSupportedException("Nobody does not provide");

    /// <inheritdoc/>
    public override ISurrogate ToSurrogate(ActorSystem system) => new NobodySurrogate();

    /// <summary>What travels instead of <see cref="Nobody"/>.</summary>
    public class NobodySurrogate : ISurrogate
    {
        /// <inheritdoc/>
        public ISurrogated FromSurrogate(ActorSystem system) => Instance;
    }
}

/// <summary>References known to everybody.</summary>
public static class ActorRefs
{
    /// <summary>Leads nowhere.</summary>
    public static readonly Nobody Nobody = Nobody.Instance;

    /// <summary>Says that a message has no sender.</summary>
    public static readonly IActorRef NoSender = null!;
}

/// <summary>Asks about references.</summary>
public static class ActorRefExtensions
{
    /// <summary>Whether the reference is null or <see cref="Nobody"/>.</summary>
    public static bool IsNobody(this IActorRef? actorRef) => actorRef is null or Nobody;

    /// <summary>The reference, or <paramref name="elseValue"/> if it leads nowhere.</summary>
    public static IActorRef GetOrElse(this IActorRef? actorRef, Func<IActorRef> elseValue) =>
        actorRef.IsNobody() ? elseValue() : actorRef!;
}
