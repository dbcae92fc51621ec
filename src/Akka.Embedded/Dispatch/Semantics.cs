using Akka.Actor;

namespace Akka.Dispatch;

/// <summary>What a message queue can do.</summary>
public interface ISemantics
{
}

/// <summary>The queue has no limit.</summary>
public interface IUnboundedMessageQueueSemantics : ISemantics
{
}

/// <summary>The queue takes messages at its front.</summary>
public interface IDequeBasedMessageQueueSemantics : ISemantics
{
    /// <summary>Adds <paramref name="envelope"/> in front of all others.</summary>
    void EnqueueFirst(Envelope envelope);
}

/// <summary>The queue has no limit and takes messages at its front.</summary>
public interface IUnboundedDequeBasedMessageQueueSemantics : IDequeBasedMessageQueueSemantics, IUnboundedMessageQueueSemantics
{
}

/// <summary>An actor that needs a queue with the semantics <typeparamref name="T"/>; every mailbox of this runtime has them.</summary>
public interface IRequiresMessageQueue<T>
    where T : ISemantics
{
}
