using Akka.Actor.Internal;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

/// <summary>A reference to an actor of this system, with its cell.</summary>
public abstract class ActorRefWithCell : InternalActorRefBase
{
    private protected ActorRefWithCell()
    {
    }

    /// <summary>The children.</summary>
    public abstract IEnumerable<IActorRef> Children { get; }

    /// <summary>The child called <paramref name="name"/>, or <see cref="Nobody"/>.</summary>
    public abstract IInternalActorRef GetSingleChild(string name);
}

/// <summary>A reference to an actor of this system.</summary>
public class LocalActorRef : ActorRefWithCell
{
    private readonly ActorCell _cell;

    // Beside the cell, although the cell has them too: a sender must not touch the cell, which its runner writes all the time.
    private readonly Mailbox _mailbox;
    private readonly bool _serialize;

    internal LocalActorRef(ActorSystemImpl system, Props props, MessageDispatcher dispatcher, IInternalActorRef supervisor, ActorPath path)
    {
        Path = path;
        _cell = new ActorCell(system, this, props, dispatcher, supervisor);
        _mailbox = _cell.Mailbox;
        _serialize = system.SerializeAllMessages;
    }

    /// <inheritdoc/>
    public override ActorPath Path { get; }

    /// <inheritdoc/>
    public override IActorRefProvider Provider => _cell.SystemImpl.Provider;

    /// <inheritdoc/>
    public override IInternalActorRef Parent => _cell.Parent;

    /// <inheritdoc/>
    public override IEnumerable<IActorRef> Children => _cell.GetChildren();

#pragma warning disable CS0672 // A local reference does know.
    /// <inheritdoc/>
    public override bool IsTerminated => _cell.Mailbox.IsClosed;
#pragma warning restore CS0672

    /// <inheritdoc/>
    public override bool IsLocal => true;

    internal ActorCell Cell => _cell;

    /// <inheritdoc/>
    public override void Start() => _cell.Mailbox.Start(new Create());

    /// <inheritdoc/>
    public override void Stop() => _cell.SendSystemMessage(new Terminate());

    /// <inheritdoc/>
    public override void Suspend() => _cell.SendSystemMessage(new Suspend());

    /// <inheritdoc/>
    public override void Resume(Exception? causedByFailure = null) => _cell.SendSystemMessage(new Resume(causedByFailure));

    /// <inheritdoc/>
    public override void Restart(Exception cause) => _cell.SendSystemMessage(new Recreate(cause));

    /// <inheritdoc/>
    public override void SendSystemMessage(ISystemMessage message) => _cell.SendSystemMessage((SystemMessage)message);

    /// <inheritdoc/>
    protected override void TellInternal(object message, IActorRef? sender)
    {
        if (_serialize)
            _cell.SendMessage(message, sender);
        else
            _mailbox.Enqueue(message, sender);
    }

    /// <inheritdoc/>
    public override IInternalActorRef GetSingleChild(string name)
    {
        var hash = name.IndexOf('#', StringComparison.Ordinal);
        if (hash < 0)
            return _cell.Children.ByName(name)?.Child ?? (IInternalActorRef)Nobody.Instance;
        var stats = _cell.Children.ByName(name[..hash]);
        return stats is not null && long.TryParse(name.AsSpan(hash + 1), out var uid) && (uid == ActorCell.UndefinedUid || uid == stats.Uid)
            ? stats.Child
            : Nobody.Instance;
    }

    /// <inheritdoc/>
    public override IActorRef GetChild(IReadOnlyList<string> name)
    {
        IInternalActorRef current = this;
        for (var i = 0; i < name.Count; i++)
        {
            switch (name[i])
            {
                case "":
                    continue;
                case "..":
                    current = current.Parent;
                    continue;
            }

            if (current is not ActorRefWithCell withCell)
                return current.GetChild(name.Skip(i).ToList());
            current = withCell.GetSingleChild(name[i]);
            if (current.IsNobody())
                return Nobody.Instance;
        }

        return current;
    }
}

/// <summary>The root of the tree, which also knows names that are no children: <c>/temp</c>, <c>/deadLetters</c>, ...</summary>
internal sealed class RootGuardianActorRef(
    ActorSystemImpl system,
    Props props,
    MessageDispatcher dispatcher,
    IInternalActorRef supervisor,
    ActorPath path,
    Func<string, IInternalActorRef?> extraName)
    : LocalActorRef(system, props, dispatcher, supervisor, path)
{
    public override IInternalActorRef Parent => this;

    public override IInternalActorRef GetSingleChild(string name) => extraName(name) ?? base.GetSingleChild(name);
}
