using Akka.Dispatch;

namespace Akka.Actor;

/// <summary>The handlers of one behaviour of a <see cref="ReceiveActor"/>, asked in the order of their declaration.</summary>
internal sealed class ReceiveHandlers
{
    private MessageHandler[] _handlers = [];
    private int _count;
    private bool _complete;

    internal void Add(MessageHandler handler)
    {
        if (_complete)
            throw new InvalidOperationException(
                "A handler that catches all messages has been added. No handler can be added after that. " +
                "(Are you using more than one ReceiveAny, or Receive<object> without predicate?)");
        if (_count == _handlers.Length)
            Array.Resize(ref _handlers, Math.Max(2, _count * 2));
        _handlers[_count++] = handler;
        _complete = handler.TakesAll;
    }

    internal bool Handle(object message)
    {
        var handlers = _handlers;
        for (var i = 0; i < handlers.Length; i++)
        {
            var handler = handlers[i];
            if (handler is null)
                return false;
            if (handler.Handle(message))
                return true;
        }

        return false;
    }
}

internal abstract class MessageHandler
{
    /// <summary>Whether no message gets past this handler.</summary>
    internal virtual bool TakesAll => false;

    internal abstract bool Handle(object message);

    private protected static void RunAsync(Func<object?, Task> handler, object state) =>
        ActorCell.Current!.TaskScheduler.RunHandler(handler, state);
}

internal sealed class ActionHandler<T>(Action<T> handler, Predicate<T>? shouldHandle) : MessageHandler
{
    internal override bool TakesAll => shouldHandle is null && typeof(T) == typeof(object);

    internal override bool Handle(object message)
    {
        if (message is not T typed || (shouldHandle is not null && !shouldHandle(typed)))
            return false;
        handler(typed);
        return true;
    }
}

internal sealed class FuncHandler<T>(Func<T, bool> handler) : MessageHandler
{
    internal override bool Handle(object message) => message is T typed && handler(typed);
}

internal sealed class TypeHandler(Type type, Action<object> handler, Predicate<object>? shouldHandle) : MessageHandler
{
    internal override bool TakesAll => shouldHandle is null && type == typeof(object);

    internal override bool Handle(object message)
    {
        if (!type.IsInstanceOfType(message) || (shouldHandle is not null && !shouldHandle(message)))
            return false;
        handler(message);
        return true;
    }
}

internal sealed class TypeFuncHandler(Type type, Func<object, bool> handler) : MessageHandler
{
    internal override bool Handle(object message) => type.IsInstanceOfType(message) && handler(message);
}

internal sealed class AnyHandler(Action<object> handler) : MessageHandler
{
    internal override bool TakesAll => true;

    internal override bool Handle(object message)
    {
        handler(message);
        return true;
    }
}

internal sealed class AsyncHandler<T>(Func<T, Task> handler, Predicate<T>? shouldHandle) : MessageHandler
{
    internal override bool TakesAll => shouldHandle is null && typeof(T) == typeof(object);

    internal override bool Handle(object message)
    {
        if (message is not T typed || (shouldHandle is not null && !shouldHandle(typed)))
            return false;
        RunAsync(_ => handler(typed), this);
        return true;
    }
}

internal sealed class AsyncTypeHandler(Type type, Func<object, Task> handler, Predicate<object>? shouldHandle) : MessageHandler
{
    internal override bool TakesAll => shouldHandle is null && type == typeof(object);

    internal override bool Handle(object message)
    {
        if (!type.IsInstanceOfType(message) || (shouldHandle is not null && !shouldHandle(message)))
            return false;
        RunAsync(handler!, message);
        return true;
    }
}

internal sealed class AsyncAnyHandler(Func<object, Task> handler) : MessageHandler
{
    internal override bool TakesAll => true;

    internal override bool Handle(object message)
    {
        RunAsync(handler!, message);
        return true;
    }
}
