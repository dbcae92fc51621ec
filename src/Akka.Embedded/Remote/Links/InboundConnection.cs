using System.Net;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Event;
using Akka.Remote.Delivery;
using Akka.Remote.Transport;
using Akka.Remote.Wire;

namespace Akka.Remote.Links;

/// <summary>
/// A connection that a peer has opened: brings its messages in. One loop reads and decodes frames, another deserializes and
/// delivers, in order; a short bounded queue is between them, so a slow delivery makes the peer wait, not this system grow.
/// </summary>
internal sealed class InboundConnection : IFrameHandler
{
    private readonly LinkContext _context;
    private readonly Link _link;
    private readonly WireConnection _wire;
    private readonly FrameEncoder _replies;
    private readonly MessageDelivery _delivery;
    private readonly LinkThrottle? _throttle;
    private readonly FailureDetector _failureDetector;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<Batch> _batches = Channel.CreateBounded<Batch>(
        new BoundedChannelOptions(LinkLimits.InboundBatches) { SingleReader = true });

    private Batch _reading = new();
    private bool _ended;
    private SystemMessageInbox _inbox = new();
    private volatile int _goodbye;

    public InboundConnection(LinkContext context, Link link, WireConnection wire, int remoteUid)
    {
        _context = context;
        _link = link;
        _wire = wire;
        RemoteUid = remoteUid;
        _replies = new FrameEncoder(wire.Output);
        _delivery = new MessageDelivery(context, link.RemoteAddress);
        _throttle = context.ThrottleOf(link.RemoteAddress);
        _failureDetector = context.NewFailureDetector();
        _failureDetector.HeartBeat();
    }

    /// <summary>The incarnation of the peer.</summary>
    public int RemoteUid { get; }

    /// <summary>Completes when everything that was read is delivered and the connection is closed.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Delivers what comes, until the connection ends.</summary>
    /// <param name="inbox">Takes the peer's system messages.</param>
    /// <param name="predecessor">A connection of the same peer whose messages are to be delivered first.</param>
    /// <param name="origin">Where the connection came from, for the log.</param>
    public async Task RunAsync(SystemMessageInbox inbox, InboundConnection? predecessor, EndPoint? origin)
    {
        _inbox = inbox;
        _context.Events.Publish(new AssociatedEvent(_context.LocalAddress, _link.RemoteAddress, inbound: true));
        var delivering = Task.Run(() => DeliverAsync(predecessor));
        try
        {
            await ReadAsync(origin).ConfigureAwait(false);
        }
        finally
        {
            _batches.Writer.TryComplete();
            await delivering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _wire.Abort();
            _link.OnInboundClosed(this);
            _closed.TrySetResult();
            _context.Events.Publish(new DisassociatedEvent(_context.LocalAddress, _link.RemoteAddress, inbound: true));
        }

        await delivering.ConfigureAwait(false);
    }

    public void Abort() => _wire.Abort();

    /// <summary>The peer has opened another connection: this one brings nothing any more, except what was read already.</summary>
    public async Task ReplaceAsync()
    {
        SayGoodbye(GoodbyeReason.Replaced);

        // A peer that is gone without a word may not take what is left to say.
        await Task.WhenAny(Closed, Task.Delay(LinkLimits.GoodbyeWait, TimeProvider.System)).ConfigureAwait(false);
        _wire.Abort();
    }

    /// <summary>Tells the peer that the connection is over, and closes it. Any thread.</summary>
    public void SayGoodbye(GoodbyeReason reason)
    {
        _goodbye = (int)reason;
        if (!_batches.Writer.TryWrite(new Batch()))
            _wire.Abort();
    }

    public void Tick()
    {
        if (_failureDetector.IsAvailable)
            return;
        _context.Log.Warning("No sign of life from {0}; dropped its connection", _link.RemoteAddress);
        _wire.Abort();
    }

    void IFrameHandler.OnMessage(in InboundMessage message) => _reading.Messages.Add(message);

    void IFrameHandler.OnHeartbeat()
    {
        if (_throttle is not { DropsReceived: true })
            _reading.WantsHeartbeat = true;
    }

    void IFrameHandler.OnAck(ulong upTo, bool gap)
    {
        // Acknowledgements travel the other way; one that comes here concerns nothing.
    }

    void IFrameHandler.OnGoodbye(GoodbyeReason reason)
    {
        if (_throttle is { DropsReceived: true })
            return;
        _ended = true;
        if (reason == GoodbyeReason.Quarantined)
            _link.OnQuarantinedByPeer(RemoteUid);
    }

    private async Task ReadAsync(EndPoint? origin)
    {
        var decoder = new FrameDecoder(_context.MaxPayloadBytes + WireFormat.FrameOverhead);
        try
        {
            while (!_ended)
            {
                var result = await _wire.Input.ReadAsync().ConfigureAwait(false);
                var buffer = result.Buffer;
                if (!buffer.IsEmpty && _throttle is not { DropsReceived: true })
                    _failureDetector.HeartBeat();
                var status = decoder.Decode(ref buffer, this);
                _wire.Input.AdvanceTo(buffer.Start, buffer.End);
                await PassOnAsync().ConfigureAwait(false);
                if (status == DecodeStatus.Violation)
                {
                    _context.Log.Warning("Disconnected {0} ({1}): it broke the protocol with {2}", _link.RemoteAddress, origin, decoder.Violation);
                    return;
                }

                if (result.IsCompleted)
                    return;
            }
        }
        catch (Exception failure) when (WireConnection.IsConnectionFailure(failure))
        {
            // What was read is delivered all the same.
            _context.Log.Debug("Lost the connection from {0}: {1}", _link.RemoteAddress, failure.Message);
        }
    }

    private async ValueTask PassOnAsync()
    {
        if (_throttle is { IsReceiveOpen: false })
            await ThrottleAsync(_throttle).ConfigureAwait(false);
        if (_reading.IsEmpty)
            return;
        var batch = _reading;
        _reading = new Batch();
        await _batches.Writer.WriteAsync(batch).ConfigureAwait(false);
    }

    /// <summary>Lets through what the throttle lets through, when it does.</summary>
    private async Task ThrottleAsync(LinkThrottle throttle)
    {
        var passed = new Batch { WantsHeartbeat = _reading.WantsHeartbeat };
        foreach (var message in _reading.Messages)
        {
            Passage passage;
            while ((passage = throttle.Receive(message.Payload.Bytes.Length, out var wait)) == Passage.Wait)
                await Task.Delay(wait, TimeProvider.System).ConfigureAwait(false);
            if (passage == Passage.Pass)
                passed.Messages.Add(message);
        }

        _reading = passed;
    }

    private async Task DeliverAsync(InboundConnection? predecessor)
    {
        try
        {
            var welcome = Preface.Encode(new Welcome(WelcomeStatus.Accepted, _context.LocalUid));
            await Handshake.SendAsync(_wire, welcome, CancellationToken.None).ConfigureAwait(false);
            if (predecessor is not null)
                await predecessor.Closed.ConfigureAwait(false);
            while (await _batches.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                while (_batches.Reader.TryRead(out var batch))
                {
                    Deliver(batch);
                    if (_throttle is not { DropsSent: true })
                        await _wire.Output.FlushAsync().ConfigureAwait(false);
                }

                if (_goodbye != 0)
                    break;
            }
        }
        catch (Exception failure) when (WireConnection.IsConnectionFailure(failure))
        {
            DeliverRest();
        }
        finally
        {
            // Ends the reading loop too, if it is not what has ended this one.
            _batches.Writer.TryComplete();
            _wire.Abort();
        }
    }

    /// <summary>The peer cannot be answered any more, but what it has sent is here.</summary>
    private void DeliverRest()
    {
        while (_batches.Reader.TryRead(out var batch))
        {
            foreach (ref readonly var message in CollectionsMarshal.AsSpan(batch.Messages))
                Deliver(message);
        }
    }

    private void Deliver(Batch batch)
    {
        var sawSystemMessage = false;
        var gap = false;
        foreach (ref readonly var message in CollectionsMarshal.AsSpan(batch.Messages))
        {
            sawSystemMessage |= message.Sequence != 0;
            gap |= Deliver(message);
        }

        if (_throttle is { DropsSent: true })
            return;
        if (sawSystemMessage)
            _replies.Ack(_inbox.Delivered, gap);
        if (batch.WantsHeartbeat)
            _replies.Heartbeat();
        if (_goodbye is var reason and not 0)
            _replies.Goodbye((GoodbyeReason)reason);
    }

    /// <summary>Delivers a message; true if a system message before it is missing.</summary>
    private bool Deliver(in InboundMessage message)
    {
        if (message.Sequence == 0)
        {
            _delivery.DeliverUser(message);
            return false;
        }

        switch (_inbox.Accept(message.Sequence))
        {
            case Arrival.Deliver:
                _delivery.DeliverSystem(message);
                return false;
            case Arrival.Gap:
                return true;
            default:
                return false;
        }
    }

    private sealed class Batch
    {
        public List<InboundMessage> Messages { get; } = [];

        public bool WantsHeartbeat { get; set; }

        public bool IsEmpty => Messages.Count == 0 && !WantsHeartbeat;
    }
}
