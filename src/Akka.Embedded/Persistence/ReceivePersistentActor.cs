using Akka.Actor;
using Akka.Actor.Internal;

namespace Akka.Persistence;

/// <summary>
/// A persistent actor whose handlers are declared by message type, in its constructor and in <c>Become</c>. The first that
/// takes a message handles it.
/// </summary>
public abstract class ReceivePersistentActor : UntypedPersistentActor, IInitializableActor
{
    private readonly MessageHandlers _recover = new();
    private readonly MessageHandlers _firstCommands = new();
    private MessageHandlers? _configuring;
    private bool _constructed;

    /// <summary>Creates the actor; the handlers are declared by the deriving constructor.</summary>
    protected ReceivePersistentActor() => _configuring = _firstCommands;

    void IInitializableActor.Init()
    {
        _configuring = null;
        _constructed = true;
    }

    /// <inheritdoc/>
    protected sealed override void OnCommand(object message) => Run(_firstCommands, message);

    /// <inheritdoc/>
    protected sealed override void OnRecover(object message) => Run(_recover, message);

    /// <summary>Handles commands by the handlers that <paramref name="configure"/> declares from now on.</summary>
    protected void Become(Action configure)
    {
        var handlers = Configure(configure);
        Become(message => Run(handlers, message));
    }

    /// <summary>Handles commands by the handlers that <paramref name="configure"/> declares until <c>UnbecomeStacked</c>.</summary>
    protected void BecomeStacked(Action configure)
    {
        var handlers = Configure(configure);
        BecomeStacked(message => Run(handlers, message));
    }

    /// <summary>Declares a handler for commands of a type.</summary>
    protected void Command<T>(Action<T> handler, Predicate<T>? shouldHandle = null) => Commands.Add(handler, shouldHandle);

    /// <summary>Declares a handler for commands of a type.</summary>
    protected void Command<T>(Predicate<T> shouldHandle, Action<T> handler) => Commands.Add(handler, shouldHandle);

    /// <summary>Declares a handler for commands of a type; it returns whether it took the command.</summary>
    protected void Command<T>(Func<T, bool> handler) => Commands.Add(handler);

    /// <summary>Declares a handler for commands of a type.</summary>
    protected void Command(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null) =>
        Commands.Add(messageType, handler, shouldHandle);

    /// <summary>Declares a handler for commands of a type.</summary>
    protected void Command(Type messageType, Predicate<object> shouldHandle, Action<object> handler) =>
        Commands.Add(messageType, handler, shouldHandle);

    /// <summary>Declares a handler for commands of a type; it returns whether it took the command.</summary>
    protected void Command(Type messageType, Func<object, bool> handler) => Commands.Add(messageType, handler);

    /// <summary>Declares a handler for any command.</summary>
    protected void Command(Action<object> handler) => CommandAny(handler);

    /// <summary>Declares a handler for any command; none can follow.</summary>
    protected void CommandAny(Action<object> handler) => Commands.AddAny(handler);

    /// <summary>Declares an asynchronous handler for commands of a type; no other message is taken while it runs.</summary>
    protected void CommandAsync<T>(Func<T, Task> handler, Predicate<T>? shouldHandle = null) =>
        Commands.Add(message => RunTask(() => handler(message)), shouldHandle);

    /// <summary>Declares an asynchronous handler for commands of a type; no other message is taken while it runs.</summary>
    protected void CommandAsync<T>(Predicate<T> shouldHandle, Func<T, Task> handler) => CommandAsync(handler, shouldHandle);

    /// <summary>Declares an asynchronous handler for commands of a type; no other message is taken while it runs.</summary>
    protected void CommandAsync(Type messageType, Func<object, Task> handler, Predicate<object>? shouldHandle = null) =>
        Commands.Add(messageType, message => RunTask(() => handler(message)), shouldHandle);

    /// <summary>Declares an asynchronous handler for commands of a type; no other message is taken while it runs.</summary>
    protected void CommandAsync(Type messageType, Predicate<object> shouldHandle, Func<object, Task> handler) =>
        CommandAsync(messageType, handler, shouldHandle);

    /// <summary>Declares an asynchronous handler for any command; none can follow.</summary>
    protected void CommandAnyAsync(Func<object, Task> handler) => Commands.AddAny(message => RunTask(() => handler(message)));

    /// <summary>Declares a handler for replayed events of a type.</summary>
    protected void Recover<T>(Action<T> handler, Predicate<T>? shouldHandle = null) => Recovers.Add(handler, shouldHandle);

    /// <summary>Declares a handler for replayed events of a type.</summary>
    protected void Recover<T>(Predicate<T> shouldHandle, Action<T> handler) => Recovers.Add(handler, shouldHandle);

    /// <summary>Declares a handler for replayed events of a type; it returns whether it took the event.</summary>
    protected void Recover<T>(Func<T, bool> handler) => Recovers.Add(handler);

    /// <summary>Declares a handler for replayed events of a type.</summary>
    protected void Recover(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null) =>
        Recovers.Add(messageType, handler, shouldHandle);

    /// <summary>Declares a handler for replayed events of a type.</summary>
    protected void Recover(Type messageType, Predicate<object> shouldHandle, Action<object> handler) =>
        Recovers.Add(messageType, handler, shouldHandle);

    /// <summary>Declares a handler for replayed events of a type; it returns whether it took the event.</summary>
    protected void Recover(Type messageType, Func<object, bool> handler) => Recovers.Add(messageType, handler);

    /// <summary>Declares a handler for anything that is replayed; none can follow.</summary>
    protected void RecoverAny(Action<object> handler) => Recovers.AddAny(handler);

    private MessageHandlers Commands => _configuring
        ?? throw new InvalidOperationException("Handlers for commands are declared in the constructor or inside Become.");

    private MessageHandlers Recovers => !_constructed
        ? _recover : throw new InvalidOperationException("Handlers for replayed events are declared in the constructor.");

    private MessageHandlers Configure(Action configure)
    {
        var before = _configuring;
        var handlers = new MessageHandlers();
        _configuring = handlers;
        try
        {
            configure();
        }
        finally
        {
            _configuring = before;
        }

        return handlers;
    }

    private void Run(MessageHandlers handlers, object message)
    {
        if (!handlers.TryHandle(message))
            Unhandled(message);
    }
}
