namespace Akka.Actor;

/// <summary>Something of which each actor system has one.</summary>
public interface IExtension
{
}

/// <summary>Makes an extension.</summary>
public interface IExtensionId
{
    /// <summary>The class of the extension.</summary>
    Type ExtensionType { get; }

    /// <summary>The system's extension; made now if it is not there yet.</summary>
    object Apply(ActorSystem system);

    /// <summary>The system's extension; made now if it is not there yet.</summary>
    object Get(ActorSystem system);

    /// <summary>Makes the extension; called once per system.</summary>
    object CreateExtension(ExtendedActorSystem system);
}

/// <summary>Makes an extension.</summary>
/// <typeparam name="T">The class of the extension.</typeparam>
public interface IExtensionId<out T> : IExtensionId
    where T : IExtension
{
    /// <summary>The system's extension; made now if it is not there yet.</summary>
    new T Apply(ActorSystem system);

    /// <summary>The system's extension; made now if it is not there yet.</summary>
    new T Get(ActorSystem system);

    /// <summary>Makes the extension; called once per system.</summary>
    new T CreateExtension(ExtendedActorSystem system);
}

/// <summary>Base of extension ids.</summary>
/// <typeparam name="T">The class of the extension.</typeparam>
public abstract class ExtensionIdProvider<T> : IExtensionId<T>
    where T : IExtension
{
    /// <summary>For derived ids.</summary>
    protected ExtensionIdProvider()
    {
    }

    /// <inheritdoc/>
    public Type ExtensionType => typeof(T);

    /// <inheritdoc/>
    public T Apply(ActorSystem system) => (T)system.RegisterExtension(this);

    object IExtensionId.Apply(ActorSystem system) => Apply(system);

    /// <inheritdoc/>
    public T Get(ActorSystem system) => (T)system.GetExtension(this);

    object IExtensionId.Get(ActorSystem system) => Get(system);

    /// <inheritdoc/>
    public abstract T CreateExtension(ExtendedActorSystem system);

    object IExtensionId.CreateExtension(ExtendedActorSystem system) => CreateExtension(system);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is not null && obj.GetType() == GetType();

    /// <inheritdoc/>
    public override int GetHashCode() => GetType().GetHashCode();
}

/// <summary>Gets extensions in fewer words.</summary>
public static class ActorSystemWithExtensions
{
    /// <summary>The extension <typeparamref name="T"/>, which must be registered, or is made by its own id class if it is one.</summary>
    public static T WithExtension<T>(this ActorSystem system)
        where T : class, IExtension => system.GetExtension<T>();

    /// <summary>The extension that the id class <paramref name="extensionId"/> makes.</summary>
    public static T WithExtension<T>(this ActorSystem system, Type extensionId)
        where T : class, IExtension => system.TryGetExtension<T>(out var existing)
        ? existing!
        : (T)system.RegisterExtension((IExtensionId)Activator.CreateInstance(extensionId)!);

    /// <summary>The extension that the id class <typeparamref name="TI"/> makes.</summary>
    public static T WithExtension<T, TI>(this ActorSystem system)
        where T : class, IExtension
        where TI : IExtensionId => WithExtension<T>(system, typeof(TI));
}
