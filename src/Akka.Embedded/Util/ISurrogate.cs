using Akka.Actor;

namespace Akka.Util;

/// <summary>The serializable stand-in of a value that only makes sense inside one actor system.</summary>
public interface ISurrogate
{
    /// <summary>Gives back the value that this stands for, inside <paramref name="system"/>.</summary>
    ISurrogated FromSurrogate(ActorSystem system);
}

/// <summary>A value that serializers replace by an <see cref="ISurrogate"/>.</summary>
public interface ISurrogated
{
    /// <summary>Makes the stand-in that travels instead of this value.</summary>
    ISurrogate ToSurrogate(ActorSystem system);
}
