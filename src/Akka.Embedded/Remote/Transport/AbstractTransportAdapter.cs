using Akka.Actor;

namespace Akka.Remote.Transport;

/// <summary>A transport that adds something to another one.</summary>
public abstract class AbstractTransportAdapter : Transport
{
    /// <summary>The transport below.</summary>
    protected Transport WrappedTransport;

    /// <summary>Creates an adapter.</summary>
    /// <param name="wrappedTransport">The transport below.</param>
    protected AbstractTransportAdapter(Transport wrappedTransport)
        : base(wrappedTransport.System, wrappedTransport.Config) => WrappedTransport = wrappedTransport;

    /// <summary>Adds this layer's name to schemes.</summary>
    protected abstract SchemeAugmenter SchemeAugmenter { get; }

    /// <inheritdoc/>
    public override string SchemeIdentifier => SchemeAugmenter.AugmentScheme(WrappedTransport.SchemeIdentifier);

    /// <inheritdoc/>
    public override long MaximumPayloadBytes => WrappedTransport.MaximumPayloadBytes;

    internal override async Task<Address> ListenAsync(Func<PendingConnection, Task> onAccepted) =>
        SchemeAugmenter.AugmentScheme(await WrappedTransport.ListenAsync(onAccepted).ConfigureAwait(false));

    internal override Task<WireConnection> ConnectAsync(Address remote, CancellationToken cancellation) =>
        WrappedTransport.ConnectAsync(SchemeAugmenter.RemoveScheme(remote), cancellation);

    internal override Task StopListeningAsync() => WrappedTransport.StopListeningAsync();
}
