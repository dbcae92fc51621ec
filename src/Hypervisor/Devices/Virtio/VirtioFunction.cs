using Trapline.Hypervisor.Devices.Virtio.Queues;

namespace Trapline.Hypervisor.Devices.Virtio;

/// <summary>
/// What a virtio device does, apart from how it is reached. The transport calls it under the slot's lock; what comes from elsewhere
/// (console input, finished I/O, network frames) takes <see cref="VirtioTransport.Gate"/> itself.
/// </summary>
public abstract class VirtioFunction
{
    /// <summary>
    /// The most chains answered for one notification. Another hart can refill a queue as fast as it is emptied; beyond this bound the
    /// rest is done on a pool thread, so that the notifying hart gets on. It is more than any queue holds, so that harts interleaved on
    /// one thread never reach it, and their runs repeat.
    /// </summary>
    internal const int ChainsPerNotification = 300;

    /// <summary>The most bytes of a configuration space.</summary>
    internal const int ConfigLimit = 256;

    private DescriptorChain?[] _chains = [];
    private ulong _answering; // bit map of queues

    /// <summary>The device's number (virtio 1.2, chapter 5).</summary>
    public abstract uint DeviceId { get; }

    /// <summary>The features that it offers beyond <see cref="VirtioFeatures.Common"/>.</summary>
    public abstract ulong Features { get; }

    /// <summary>The largest size of each of its queues.</summary>
    public abstract IReadOnlyList<ushort> QueueSizes { get; }

    /// <summary>Bytes in its configuration space; at most <see cref="ConfigLimit"/>.</summary>
    public abstract int ConfigSize { get; }

    /// <summary>The transport; set before anything else is called.</summary>
    protected VirtioTransport Transport { get; private set; } = null!;

    /// <summary>Fills its configuration space, little-endian.</summary>
    protected internal abstract void ReadConfig(Span<byte> config);

    /// <summary>The driver writes to the configuration space; most fields are read-only.</summary>
    protected internal virtual void WriteConfig(int offset, int size, ulong value)
    {
    }

    /// <summary>The driver says that a queue has something, or has just started the device. It runs only between DRIVER_OK and reset.</summary>
    protected internal abstract void OnNotify(int queue);

    /// <summary>The driver resets the device: what it has set in the configuration space is gone.</summary>
    protected internal virtual void OnReset()
    {
    }

    /// <summary>Takes and answers chains until the queue is empty, then interrupts once if the driver wants it.</summary>
    /// <param name="index">The queue.</param>
    /// <param name="answer">Handles a chain and returns the bytes written, or null where the chain makes no sense for this device.</param>
    protected void AnswerAll(int index, Func<DescriptorChain, uint?> answer) => AnswerWhile(index, static () => true, answer);

    /// <summary>As <see cref="AnswerAll"/>, but takes chains only while there is something for them.</summary>
    protected void AnswerWhile(int index, Func<bool> more, Func<DescriptorChain, uint?> answer)
    {
        if ((_answering & (1UL << index)) != 0)
            return; // an answer had an effect that led back here; the loop below goes on by itself
        var queue = Transport.Queue(index);
        var chain = _chains[index] ??= new DescriptorChain();
        var answered = 0;
        _answering |= 1UL << index;
        do
        {
            while (answered < ChainsPerNotification && more() && queue.TryTake(chain) == TakeResult.Taken)
            {
                if (answer(chain) is { } written)
                    queue.Give(chain.Head, written);
                else
                    queue.Break(VirtqueueFault.BadRequest);
                answered++;
            }
        }
        while (answered < ChainsPerNotification && queue.AskForNotification() && more());

        _answering &= ~(1UL << index);
        if (answered > 0)
            Transport.SignalUsed(index);
        Transport.CheckQueue(index);
        if (answered >= ChainsPerNotification)
            ThreadPool.UnsafeQueueUserWorkItem(static state => state.Function.NotifyLater(state.Index, state.Epoch),
                (Function: this, Index: index, queue.Epoch), preferLocal: false);
    }

    internal void Attach(VirtioTransport transport)
    {
        _chains = new DescriptorChain?[QueueSizes.Count];
        Transport = transport;
    }

    private void NotifyLater(int index, int epoch)
    {
        lock (Transport.Gate)
        {
            if (Transport.Running && Transport.Queue(index).Epoch == epoch)
                OnNotify(index);
        }
    }
}
