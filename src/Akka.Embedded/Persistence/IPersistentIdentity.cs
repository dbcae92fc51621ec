using Akka.Actor;

namespace Akka.Persistence;

/// <summary>Who a persistent actor is to the plug-ins.</summary>
public interface IPersistentIdentity
{
    /// <summary>The id under which its events are stored; unique, and the same in every incarnation.</summary>
    string PersistenceId { get; }

    /// <summary>The configuration path of its journal; empty for the default one.</summary>
    string JournalPluginId { get; }

    /// <summary>The configuration path of its snapshot store; empty for the default one.</summary>
    string SnapshotPluginId { get; }
}

/// <summary>How a persistent actor recovers.</summary>
public interface IPersistenceRecovery
{
    /// <summary>The bounds of the recovery.</summary>
    Recovery Recovery { get; }
}

/// <summary>A persistent actor's stashes: the one it uses itself, and what happens when the internal one is full.</summary>
public interface IPersistenceStash : IWithUnboundedStash
{
    /// <summary>What happens to a command that the internal stash has no room for.</summary>
    IStashOverflowStrategy InternalStashOverflowStrategy { get; }
}

/// <summary>What a persistent actor keeps for each event handed to the journal until the journal has answered.</summary>
public interface IPendingHandlerInvocation
{
    /// <summary>The event.</summary>
    object Event { get; }

    /// <summary>What is to be called once it is stored.</summary>
    Action<object> Handler { get; }
}

/// <summary>A handler that commands have to wait for (Persist).</summary>
public sealed class StashingHandlerInvocation : IPendingHandlerInvocation
{
    /// <summary>Creates the entry.</summary>
    public StashingHandlerInvocation(object evt, Action<object> handler)
    {
        Event = evt;
        Handler = handler;
    }

    /// <inheritdoc/>
    public object Event { get; }

    /// <inheritdoc/>
    public Action<object> Handler { get; }
}

/// <summary>A handler that commands need not wait for (PersistAsync, DeferAsync).</summary>
public sealed class AsyncHandlerInvocation : IPendingHandlerInvocation
{
    /// <summary>Creates the entry.</summary>
    public AsyncHandlerInvocation(object evt, Action<object> handler)
    {
        Event = evt;
        Handler = handler;
    }

    /// <inheritdoc/>
    public object Event { get; }

    /// <inheritdoc/>
    public Action<object> Handler { get; }
}
