using Akka.Actor;

namespace Akka.TestKit.Internal;

/// <summary>
/// Keeps the test actor the sender of what a test tells, also after an await: continuations of the test come through here and
/// find its cell as the current one.
/// </summary>
internal sealed class ImplicitSenderContext(ActorCell? cell) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) =>
        ThreadPool.QueueUserWorkItem(static work => work.Self.Run(work.Callback, work.State), (Self: this, Callback: d, State: state), preferLocal: false);

    public override void Send(SendOrPostCallback d, object? state) => Run(d, state);

    public override SynchronizationContext CreateCopy() => this;

    private void Run(SendOrPostCallback callback, object? state)
    {
        var (previousCell, previousContext) = (ActorCell.Current, Current);
        ActorCell.Current = cell;
        SetSynchronizationContext(this);
        try
        {
            callback(state);
        }
        finally
        {
            ActorCell.Current = previousCell;
            SetSynchronizationContext(previousContext);
        }
    }
}
