namespace Akka.Actor.Internal;

/// <summary>What a test may look at in a finite state machine.</summary>
/// <typeparam name="TState">The names of its states.</typeparam>
/// <typeparam name="TData">What it holds beside its state.</typeparam>
public interface IInternalSupportsTestFSMRef<out TState, out TData>
{
    /// <summary>The state it is in.</summary>
    TState StateName { get; }

    /// <summary>What it holds beside its state.</summary>
    TData StateData { get; }
}
