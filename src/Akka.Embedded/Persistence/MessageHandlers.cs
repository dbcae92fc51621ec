namespace Akka.Persistence;

/// <summary>Handlers by message type, in the order in which they were declared.</summary>
internal sealed class MessageHandlers
{
    private readonly List<Func<object, bool>> _handlers = [];
    private bool _complete;

    /// <summary>Lets the first handler that takes the message handle it; false if none does.</summary>
    public bool TryHandle(object message)
    {
        foreach (var handler in _handlers)
        {
            if (handler(message))
                return true;
        }

        return false;
    }

    /// <summary>Adds a handler for a type, perhaps with a condition.</summary>
    public void Add<T>(Action<T> handler, Predicate<T>? shouldHandle)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Append(message =>
        {
            if (message is not T typed || (shouldHandle is not null && !shouldHandle(typed)))
                return false;
            handler(typed);
            return true;
        });
        _complete |= shouldHandle is null && typeof(T) == typeof(object);
    }

    /// <summary>Adds a handler for a type that says itself whether it took the message.</summary>
    public void Add<T>(Func<T, bool> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Append(message => message is T typed && handler(typed));
    }

    /// <summary>Adds a handler for a type, perhaps with a condition.</summary>
    public void Add(Type type, Action<object> handler, Predicate<object>? shouldHandle)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Append(message =>
        {
            if (!type.IsInstanceOfType(message) || (shouldHandle is not null && !shouldHandle(message)))
                return false;
            handler(message);
            return true;
        });
        _complete |= shouldHandle is null && type == typeof(object);
    }

    /// <summary>Adds a handler for a type that says itself whether it took the message.</summary>
    public void Add(Type type, Func<object, bool> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Append(message => type.IsInstanceOfType(message) && handler(message));
    }

    /// <summary>Adds a handler for everything.</summary>
    public void AddAny(Action<object> handler) => Add(handler, null);

    private void Append(Func<object, bool> handler)
    {
        if (_complete)
            throw new InvalidOperationException("A handler for any message was declared before: this one could never be reached.");
        _handlers.Add(handler);
    }
}
