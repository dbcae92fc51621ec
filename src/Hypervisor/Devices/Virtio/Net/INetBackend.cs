namespace Trapline.Hypervisor.Devices.Virtio.Net;

/// <summary>The guest's side of a network: takes frames for the guest.</summary>
public interface INetPort
{
    /// <summary>Hands a frame to the guest; any thread. False if it was dropped, as a network may: no buffer, no driver, too long.</summary>
    bool Deliver(ReadOnlySpan<byte> frame);
}

/// <summary>The host's side of a guest's network.</summary>
public interface INetBackend
{
    /// <summary>Says where frames for the guest go; called once, before the first frame is sent.</summary>
    void Attach(INetPort port);

    /// <summary>Takes an Ethernet frame from the guest, on a hart's thread; must not block. The span is only valid during the call.</summary>
    void Send(ReadOnlySpan<byte> frame);
}

/// <summary>A network that swallows everything.</summary>
public sealed class NullNet : INetBackend
{
    /// <inheritdoc/>
    public void Attach(INetPort port)
    {
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> frame)
    {
    }
}

/// <summary>A cable from the guest back to itself.</summary>
public sealed class LoopbackNet : INetBackend
{
    private INetPort? _port;

    /// <inheritdoc/>
    public void Attach(INetPort port) => _port = port;

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> frame) => _port?.Deliver(frame);
}
