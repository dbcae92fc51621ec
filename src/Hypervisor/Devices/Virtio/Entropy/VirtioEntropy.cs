using Trapline.Hypervisor.Devices.Virtio.Queues;

namespace Trapline.Hypervisor.Devices.Virtio.Entropy;

/// <summary>The entropy device (virtio 1.2, section 5.4): one queue of buffers to be filled.</summary>
public sealed class VirtioEntropy(IEntropySource source) : VirtioFunction
{
    /// <summary>The most bytes given for one buffer; the device may fill less than it is offered (section 5.4.6.2).</summary>
    public const int MaxBytes = 4096;

    private static readonly ushort[] Sizes = [64];

    /// <inheritdoc/>
    public override uint DeviceId => 4;

    /// <inheritdoc/>
    public override ulong Features => 0;

    /// <inheritdoc/>
    public override IReadOnlyList<ushort> QueueSizes => Sizes;

    /// <inheritdoc/>
    public override int ConfigSize => 0;

    /// <inheritdoc/>
    protected internal override void ReadConfig(Span<byte> config)
    {
    }

    /// <inheritdoc/>
    protected internal override void OnNotify(int queue) => AnswerAll(queue, Answer);

    private uint? Answer(DescriptorChain chain)
    {
        if (chain.WritableLength == 0)
            return null;
        Span<byte> bytes = stackalloc byte[MaxBytes];
        bytes = bytes[..(int)Math.Min(chain.WritableLength, MaxBytes)];
        source.Fill(bytes);
        return chain.Write(Transport.Memory, 0, bytes) ? (uint)bytes.Length : null;
    }
}
