using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Remote.Links;

namespace Akka.Remote;

/// <summary>
/// A reference to an actor of another system. Messages go to the link with that system; watches go by way of the
/// <see cref="RemoteWatcher"/>, which also notices when the whole system is gone.
/// </summary>
public class RemoteActorRef : InternalActorRefBase, IRemoteRef
{
    private readonly RemoteTransport _remote;
    private readonly IInternalActorRef? _parent;
    private string? _serializedPath;

    internal RemoteActorRef(RemoteTransport remote, Address localAddressToUse, ActorPath path, IInternalActorRef? parent)
    {
        _remote = remote;
        LocalAddressToUse = localAddressToUse;
        Path = path;
        _parent = parent;
    }

    /// <summary>The address by which the other system knows this one.</summary>
    public Address LocalAddressToUse { get; }

    /// <inheritdoc/>
    public override ActorPath Path { get; }

    /// <inheritdoc/>
    public override IInternalActorRef Parent =>
        _parent ?? (Path.Depth == 0 ? this : new RemoteActorRef(_remote, LocalAddressToUse, Path.Parent, null));

    /// <inheritdoc/>
    public override IActorRefProvider Provider => _remote.Provider;

    /// <inheritdoc/>
    public override bool IsLocal => false;

    /// <inheritdoc/>
    [Obsolete("A reference cannot say whether its actor lives; watch it.")]
    public override bool IsTerminated => false;

    /// <summary>The link with the other system; found with the first message.</summary>
    internal Link? Link { get; set; }

    internal string SerializedPath => _serializedPath ??= Path.ToSerializationFormat();

    /// <summary>True for watches that the remote watcher has to know of: all but its own.</summary>
    /// <param name="watchee">Who is watched.</param>
    /// <param name="watcher">Who watches.</param>
    public bool IsWatchIntercepted(IActorRef watchee, IActorRef watcher) =>
        !watcher.Equals(_remote.Provider.RemoteWatcher)
        && watchee.Path.Address == Path.Address;

    /// <inheritdoc/>
    public override IActorRef GetChild(IReadOnlyList<string> name)
    {
        IInternalActorRef current = this;
        foreach (var element in name.Where(n => n.Length > 0))
        {
            current = element == ".."
                ? current.Parent
                : new RemoteActorRef(_remote, LocalAddressToUse, current.Path / element, current);
        }

        return current;
    }

    /// <inheritdoc/>
    public override void Start()
    {
        // It was started where it lives.
    }

    /// <inheritdoc/>
    public override void Stop() => SendSystemMessage(new Terminate());

    /// <inheritdoc/>
    public override void Suspend() => SendSystemMessage(new Suspend());

    /// <inheritdoc/>
    public override void Resume(Exception? causedByFailure = null) => SendSystemMessage(new Resume(causedByFailure));

    /// <inheritdoc/>
    public override void Restart(Exception cause) => SendSystemMessage(new Recreate(cause));

    /// <inheritdoc/>
    public override void SendSystemMessage(ISystemMessage message)
    {
        switch (message)
        {
            case Watch watch when IsWatchIntercepted(watch.Watchee, watch.Watcher):
                _remote.Provider.RemoteWatcher.Tell(new RemoteWatcher.WatchRemote(watch.Watchee, watch.Watcher), ActorRefs.NoSender);
                break;
            case Unwatch unwatch when IsWatchIntercepted(unwatch.Watchee, unwatch.Watcher):
                _remote.Provider.RemoteWatcher.Tell(new RemoteWatcher.UnwatchRemote(unwatch.Watchee, unwatch.Watcher), ActorRefs.NoSender);
                break;
            default:
                _remote.Send(message, ActorRefs.NoSender, this);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void TellInternal(object message, IActorRef? sender) => _remote.Send(message, sender, this);
}
