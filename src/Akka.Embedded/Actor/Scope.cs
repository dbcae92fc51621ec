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

/// <summary>The system at a given address.</summary>
public class RemoteScope : Scope, IEquatable<RemoteScope>
{
    /// <summary>For derived scopes.</summary>
    protected RemoteScope() => Address = Address.AllSystems;

    /// <summary>The system at <paramref name="address"/>.</summary>
    public RemoteScope(Address address) => Address = address;

    /// <summary>Where the system is.</summary>
    public Address Address { get; set; }

    /// <inheritdoc/>
    public override Scope WithFallback(Scope other) => this;

    /// <inheritdoc/>
    public override Scope Copy() => new RemoteScope(Address);

    /// <inheritdoc/>
    public bool Equals(RemoteScope? other) => other is not null && Address.Equals(other.Address);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RemoteScope);

    /// <inheritdoc/>
    public override int GetHashCode() => Address.GetHashCode();
}
