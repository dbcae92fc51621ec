using System.Buffers;
using System.Security.Authentication;
using Akka.Actor;
using Akka.Remote.Transport;
using Akka.Remote.Wire;

namespace Akka.Remote.Links;

/// <summary>
/// A connection that this system has opened to a peer: carries messages out, acknowledgements in. The link's sender owns the writing half;
/// reading runs by itself and reports to the link.
/// </summary>
internal sealed class OutboundConnection : IFrameHandler
{
    private readonly LinkContext _context;
    private readonly Link _link;
    private readonly WireConnection _wire;
    private readonly FrameEncoder _encoder;
    private readonly LinkThrottle? _throttle;
    private readonly FailureDetector _failureDetector;
    private readonly Dictionary<IActorRef, int> _references = new(ReferenceEqualityComparer.Instance);
    private int _referencesEpoch;

    private OutboundConnection(LinkContext context, Link link, WireConnection wire, int remoteUid)
    {
        _context = context;
        _link = link;
        _wire = wire;
        RemoteUid = remoteUid;
        _encoder = new FrameEncoder(wire.Output);
        _throttle = context.ThrottleOf(link.RemoteAddress);
        _failureDetector = context.NewFailureDetector();
        _failureDetector.HeartBeat();
        Reading = Task.Run(ReadAsync);
    }

    /// <summary>The incarnation of the peer.</summary>
    public int RemoteUid { get; }

    /// <summary>Completes when the connection is down.</summary>
    public Task Reading { get; }

    /// <summary>Why the peer has ended the connection, if it has said so.</summary>
    public GoodbyeReason? Farewell { get; private set; }

    /// <summary>True from the moment that the connection is lost.</summary>
    public bool IsDown => _wire.IsAborted;

    public bool IsSilent => !_failureDetector.IsAvailable;

    public bool HasUnflushed => _wire.Output.UnflushedBytes > 0;

    public bool IsFlushDue => _wire.Output.UnflushedBytes >= LinkLimits.FlushBytes;

    /// <summary>Connects and introduces itself.</summary>
    /// <exception cref="InvalidAssociationException">There is no connection; the message says why.</exception>
    public static async Task<OutboundConnection> OpenAsync(LinkContext context, Link link, CancellationToken closing)
    {
        if (context.ThrottleOf(link.RemoteAddress) is { } throttle && (throttle.DropsSent || throttle.DropsReceived))
            throw new InvalidAssociationException("the link is cut by a throttle");
        WireConnection? wire = null;
        try
        {
            wire = await context.Transport.ConnectAsync(link.RemoteAddress, closing).ConfigureAwait(false);
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(closing);
            timeout.CancelAfter(context.Settings.HandshakeTimeout);
            var hello = new Hello(context.LocalAddress.ToString(), context.LocalUid, link.RemoteAddress.ToString());
            await Handshake.SendAsync(wire, Preface.Encode(hello), timeout.Token).ConfigureAwait(false);
            var welcome = await Handshake.ReceiveWelcomeAsync(wire, timeout.Token).ConfigureAwait(false);
            if (welcome.Status == WelcomeStatus.Quarantined)
                link.OnQuarantinedByPeer(welcome.Uid);
            if (welcome.Status != WelcomeStatus.Accepted)
                throw new InvalidAssociationException($"the peer refuses the connection: {welcome.Status}");
            return new OutboundConnection(context, link, wire, welcome.Uid);
        }
        catch (Exception failure) when (failure is not InvalidAssociationException)
        {
            wire?.Abort();
            throw failure is OperationCanceledException or AuthenticationException || WireConnection.IsConnectionFailure(failure)
                ? new InvalidAssociationException(failure.Message, failure)
                : failure;
        }
        catch (InvalidAssociationException)
        {
            wire?.Abort();
            throw;
        }
    }

    /// <summary>Writes a message to the buffer, or drops it if the link is throttled so.</summary>
    /// <param name="sequence">The number of a system message; 0 for others.</param>
    /// <param name="sender">The sender, if there is one.</param>
    /// <param name="recipient">The recipient.</param>
    /// <param name="payload">The serialized message.</param>
    /// <param name="wait">How long the throttle wants the caller to wait before it asks again.</param>
    /// <returns>False if the caller has to wait.</returns>
    public bool TryWrite(ulong sequence, IActorRef? sender, RemoteActorRef recipient, in Payload payload, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        if (_throttle is not null)
        {
            var passage = _throttle.Send(payload.Bytes.Length, out wait);
            if (passage == Passage.Wait)
                return false;
            if (passage == Passage.Drop)
                return true;
        }

        // Both names are looked up before the frame begins: a table that is emptied by the second voids the first.
        var to = NameOf(recipient);
        var from = sender is null ? PathName.None : NameOf(sender);
        if (_referencesEpoch != _encoder.PathEpoch)
        {
            _references.Clear();
            _referencesEpoch = _encoder.PathEpoch;
            to = NameOf(recipient);
            from = sender is null ? PathName.None : NameOf(sender);
        }

        _encoder.Message(sequence, to, from, payload);
        return true;
    }

    /// <summary>Writes a message as soon as the throttle lets it through.</summary>
    public async Task WriteThrottledAsync(ThrottledWrite write, TimeSpan wait, CancellationToken cancellation)
    {
        do
        {
            await FlushAsync().ConfigureAwait(false);
            await Task.Delay(wait, TimeProvider.System, cancellation).ConfigureAwait(false);
        }
        while (!TryWrite(write.Sequence, write.Sender, write.Recipient, write.Payload, out wait));
    }

    public void WriteHeartbeat()
    {
        if (_throttle is not { DropsSent: true })
            _encoder.Heartbeat();
    }

    /// <summary>
    /// Ends the connection with a reason. The peer closes it when it has read everything; closing before that could destroy what is on
    /// the way.
    /// </summary>
    public async Task SayGoodbyeAsync(GoodbyeReason reason, TimeSpan wait)
    {
        if (_throttle is not { DropsSent: true })
            _encoder.Goodbye(reason);
        await FlushAsync().ConfigureAwait(false);
        await Task.WhenAny(Reading, Task.Delay(wait, TimeProvider.System)).ConfigureAwait(false);
    }

    public async ValueTask FlushAsync() => await _wire.Output.FlushAsync().ConfigureAwait(false);

    public void Abort() => _wire.Abort();

    void IFrameHandler.OnMessage(in InboundMessage message) => throw new InvalidDataException("a message came against the direction of the connection");

    void IFrameHandler.OnHeartbeat()
    {
        // That something has come is all that counts, and that was noted.
    }

    void IFrameHandler.OnAck(ulong upTo, bool gap)
    {
        if (_throttle is not { DropsReceived: true })
            _link.OnAck(this, upTo, gap);
    }

    void IFrameHandler.OnGoodbye(GoodbyeReason reason) => Farewell ??= reason;

    private PathName NameOf(IActorRef reference)
    {
        if (_references.TryGetValue(reference, out var known))
            return new PathName(known, string.Empty);
        var path = reference.Path;
        var text = reference is RemoteActorRef remote ? remote.SerializedPath : path.ToSerializationFormatWithAddress(_context.LocalAddress);

        // The reference of an ask is used once.
        var willRepeat = path.Depth < 2 || path.ParentOf(1).Name != "temp";
        var name = new PathName(_encoder.PathReference(text, willRepeat), text);
        if (name.Reference != FrameEncoder.LiteralText && _referencesEpoch == _encoder.PathEpoch)
        {
            if (_references.Count >= LinkLimits.CachedReferences)
                _references.Clear();
            _references[reference] = name.Reference;
        }

        return name;
    }

    private async Task ReadAsync()
    {
        var decoder = new FrameDecoder(WireFormat.FrameOverhead);
        try
        {
            while (Farewell is null)
            {
                var result = await _wire.Input.ReadAsync().ConfigureAwait(false);
                var buffer = result.Buffer;
                if (!buffer.IsEmpty && _throttle is not { DropsReceived: true })
                    _failureDetector.HeartBeat();
                if (decoder.Decode(ref buffer, this) == DecodeStatus.Violation)
                    throw new InvalidDataException(decoder.Violation);
                _wire.Input.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                    break;
            }
        }
        catch (InvalidDataException violation)
        {
            _link.OnViolation(violation.Message);
        }
        catch (Exception failure) when (WireConnection.IsConnectionFailure(failure))
        {
            // The connection is down; the link is told below.
        }
        finally
        {
            _wire.Abort();
            _link.OnOutboundLost(this);
        }
    }
}

/// <summary>A message that a throttle holds up.</summary>
/// <param name="Sequence">The number of a system message; 0 for others.</param>
/// <param name="Sender">The sender, if there is one.</param>
/// <param name="Recipient">The recipient.</param>
/// <param name="Payload">The serialized message.</param>
internal readonly record struct ThrottledWrite(ulong Sequence, IActorRef? Sender, RemoteActorRef Recipient, Payload Payload);
