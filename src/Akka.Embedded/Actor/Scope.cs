using Akka.Util;

namespace Akka.Actor;

/// <summary>In which system an actor is to be made.</summary>
public abstract class Scope : IEquatable<Scope>
{
    /// <summary>In this one.</summary>
    public static readonly LocalScope Local = LocalScope.Instance;

    /// <summary>For derived scopes.</summary>
    protected Scope()
    {
    }

    /// <summary>This scope, or <paramref name="other"/> where this one says nothing.</summary>
    public abstract Scope WithFallback(Scope other);

    /// <summary>An equal scope.</summary>
    public abstract Scope Copy();

    /// <inheritdoc/>
    public virtual bool Equals(Scope? other) => other is not null && GetType() == other.GetType();
}

/// <summary>This system.</summary>
public class LocalScope : Scope, ISurrogated
{
    private LocalScope()
    {
    }

    /// <summary>The only one.</summary>
    public static LocalScope Instance { get; } = new();

    /// <inheritdoc/>
    public override Scope WithFallback(Scope other) => this;

    /// <inheritdoc/>
    public override Scope Copy() => Instance;

    /// <inheritdoc/>
    public ISurrogate ToSurrogate(ActorSystem system) => new LocalScopeSurrogate();

    /// <summary>What travels instead of a <see cref="LocalScope"/>.</summary>
    public class LocalScopeSurrogate : ISurrogate
    {
        /// <inheritdoc/>
        public ISurrogated FromSurrogate(ActorSystem system) => Instance;
    }
}

/// <summary>Says nothing.</summary>
internal sealed class NoScopeGiven : Scope
{
    internal static readonly NoScopeGiven Instance = new();

    public override Scope WithFallback(Scope other) => other;

    public override Scope Copy() => this;
}
