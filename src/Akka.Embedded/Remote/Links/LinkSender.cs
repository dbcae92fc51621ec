using Akka.Actor;
using Akka.Event;
using Akka.Remote.Transport;
using Akka.Remote.Wire;

namespace Akka.Remote.Links;

/// <summary>The loop of a link that connects, sends, and waits; see Link.cs for its states.</summary>
internal sealed class LinkSender
{
    private const string TooManySystemMessages = "too many system messages wait for it";

    private readonly LinkContext _context;
    private readonly Link _link;
    private readonly LinkQueue _queue;
    private readonly OccasionalLog _failures = new(LinkLimits.FailureReportInterval, FailureDetector.DefaultClock);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _starting = new();
    private Task? _loop;
    private volatile bool _gated;
    private volatile bool _closed;
    private volatile OutboundConnection? _connection;
    private volatile CancellationTokenSource? _gateWait;
    private int _inboundGeneration;
    private int _resendDue;
    private long _heartbeatAtMs;
    private long _resendAtMs;
    private ulong _acknowledgedAtTick;
    private long? _undeliveredSinceMs;

    public LinkSender(LinkContext context, Link link)
    {
        _context = context;
        _link = link;
        _queue = new LinkQueue(context, link.RemoteAddress);
    }

    public void EnqueueUser(object message, IActorRef? sender, RemoteActorRef recipient)
    {
        if (_gated || _closed)
            _context.DeadLetter(message, sender, recipient);
        else if (_queue.TryAddUser(message, sender, recipient))
            EnsureStarted();
    }

    public void EnqueueSystem(object message, RemoteActorRef recipient)
    {
        if (_closed || _link.Identity.IsQuarantined)
        {
            _context.DeadLetter(message, null, recipient);
            return;
        }

        if (_queue.TryAddSystem(message, recipient, room: _context.Settings.SysMsgBufferSize - _link.Identity.Outbox.Count))
        {
            EnsureStarted();
            return;
        }

        _context.DeadLetter(message, null, recipient);
        _link.Quarantine(_link.Identity.Uid, TooManySystemMessages);
    }

    /// <summary>Tells the loop something, if it runs.</summary>
    public void Signal(OutboundKind kind)
    {
        if (Volatile.Read(ref _loop) is not null)
            _queue.Signal(kind);
    }

    /// <summary>Asks for another transmission of what is not acknowledged; while one is due already, that one will do.</summary>
    public void RequestResend()
    {
        if (Interlocked.Exchange(ref _resendDue, 1) == 0)
            Signal(OutboundKind.Resend);
    }

    /// <summary>The peer has connected: it is there, waiting any longer is pointless.</summary>
    public void OpenGate()
    {
        Interlocked.Increment(ref _inboundGeneration);
        CancelQuietly(_gateWait);
    }

    /// <summary>Drops the connection, unless it is with <paramref name="uid"/>.</summary>
    public void DropConnectionUnless(int? uid)
    {
        if (_connection is { } connection && (uid is null || connection.RemoteUid != uid))
            connection.Abort();
    }

    public void Tick(long nowMs)
    {
        var outbox = _link.Identity.Outbox;
        var waiting = outbox.Count > 0;
        if (_connection is { } connection)
        {
            _undeliveredSinceMs = null;
            if (connection.IsSilent)
            {
                _context.Log.Warning("No sign of life from {0}; dropped the connection", _link.RemoteAddress);
                connection.Abort();
                return;
            }

            if (nowMs - _heartbeatAtMs >= (long)_context.Settings.TransportHeartBeatInterval.TotalMilliseconds)
            {
                _heartbeatAtMs = nowMs;
                Signal(OutboundKind.Heartbeat);
            }

            var acknowledged = outbox.Acknowledged;
            if (!waiting || acknowledged != _acknowledgedAtTick)
            {
                _acknowledgedAtTick = acknowledged;
                _resendAtMs = nowMs;
            }
            else if (nowMs - _resendAtMs >= (long)_context.Settings.SysResendTimeout.TotalMilliseconds)
            {
                _resendAtMs = nowMs;
                outbox.ForgetGap();
                RequestResend();
            }

            return;
        }

        if (!waiting && !_queue.HasSystemMessages)
        {
            _undeliveredSinceMs = null;
            return;
        }

        _undeliveredSinceMs ??= nowMs;
        if (nowMs - _undeliveredSinceMs >= (long)_context.Settings.InitialSysMsgDeliveryTimeout.TotalMilliseconds)
        {
            _undeliveredSinceMs = null;
            GiveUp();
        }
    }

    /// <summary>Sends what waits, says goodbye and ends the loop.</summary>
    public async Task ShutdownAsync(TimeSpan flushWait)
    {
        Task? loop;
        lock (_starting)
        {
            _closed = true;
            loop = _loop;
        }

        if (loop is null)
            return;
        CancelQuietly(_gateWait);
        _queue.Signal(OutboundKind.Shutdown);
        await Task.WhenAny(loop, Task.Delay(flushWait, TimeProvider.System)).ConfigureAwait(false);
        await _closing.CancelAsync().ConfigureAwait(false);
        _connection?.Abort();
        await loop.ConfigureAwait(false);
    }

    private void EnsureStarted()
    {
        if (Volatile.Read(ref _loop) is not null)
            return;
        lock (_starting)
        {
            if (_loop is null && !_closed)
                Volatile.Write(ref _loop, Task.Run(RunAsync));
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (await HasWorkAsync().ConfigureAwait(false))
            {
                var inboundBefore = Volatile.Read(ref _inboundGeneration);
                if (await OpenAsync().ConfigureAwait(false) is { } connection)
                    await UseAsync(connection).ConfigureAwait(false);
                if (!_closed)
                    await GateAsync(inboundBefore).ConfigureAwait(false);
                if (_closed)
                    break;
            }
        }
        catch (Exception bug)
        {
            _context.Events.Publish(new RemotingErrorEvent(bug));
            _context.Log.Error(bug, "The link with {0} has failed; messages to it are dropped", _link.RemoteAddress);
            _closed = true;
        }

        DiscardQueue();
    }

    /// <summary>Waits for something to send; false if the link is shut down first.</summary>
    private async ValueTask<bool> HasWorkAsync()
    {
        while (_link.Identity.Outbox.Count == 0)
        {
            await _queue.WaitAsync().ConfigureAwait(false);
            if (!_queue.TryPeek(out var next))
                continue;
            if (next.Kind is OutboundKind.UserMessage or OutboundKind.SystemMessage)
                return true;

            // A signal that was meant for a connection that is gone.
            _queue.TryTake(out _);
            if (next.Kind == OutboundKind.Shutdown)
                return false;
        }

        return true;
    }

    private async Task<OutboundConnection?> OpenAsync()
    {
        OutboundConnection? connection = null;
        try
        {
            connection = await OutboundConnection.OpenAsync(_context, _link, _closing.Token).ConfigureAwait(false);
            if (_link.Meet(connection.RemoteUid, out _) == InboundVerdict.Quarantined)
            {
                await connection.SayGoodbyeAsync(GoodbyeReason.Quarantined, LinkLimits.GoodbyeWait).ConfigureAwait(false);
                throw new InvalidAssociationException("its incarnation is quarantined");
            }

            return connection;
        }
        catch (Exception failure) when (failure is InvalidAssociationException || WireConnection.IsConnectionFailure(failure))
        {
            connection?.Abort();
            if (_closed)
                return null;
            _context.Events.Publish(
                new AssociationErrorEvent(failure, _context.LocalAddress, _link.RemoteAddress, inbound: false, LogLevel.DebugLevel));
            if (_failures.TryBegin(out var more))
                _context.Log.Warning(
                    "No association with {0}: {1}. It is left alone for {2} s ({3} more failures since the last report)",
                    _link.RemoteAddress,
                    failure.Message,
                    _context.Settings.RetryGateClosedFor.TotalSeconds,
                    more);
            return null;
        }
    }

    private async Task UseAsync(OutboundConnection connection)
    {
        _connection = connection;

        // A newer incarnation may have introduced itself before this connection could be seen and dropped.
        if (_link.Identity.Uid != connection.RemoteUid)
            connection.Abort();
        _context.Events.Publish(new AssociatedEvent(_context.LocalAddress, _link.RemoteAddress, inbound: false));
        try
        {
            _link.Identity.Outbox.ForgetGap();
            await ResendAsync(connection).ConfigureAwait(false);
            await PumpAsync(connection).ConfigureAwait(false);
        }
        catch (Exception failure) when (WireConnection.IsConnectionFailure(failure) || failure is OperationCanceledException)
        {
            // What was written is lost with the connection; system messages will be sent again.
            _context.Log.Debug("Lost the connection to {0}: {1}", _link.RemoteAddress, failure.Message);
        }
        finally
        {
            connection.Abort();
            await connection.Reading.ConfigureAwait(false);
            _connection = null;
            _context.Events.Publish(new DisassociatedEvent(_context.LocalAddress, _link.RemoteAddress, inbound: false));
        }
    }

    /// <summary>Sends until the connection is lost or the link is shut down.</summary>
    private async Task PumpAsync(OutboundConnection connection)
    {
        while (true)
        {
            while (_queue.TryTake(out var envelope))
            {
                if (envelope.Kind == OutboundKind.UserMessage)
                {
                    if (_context.TryEncode(envelope, out var payload)
                        && !connection.TryWrite(0, envelope.Sender, envelope.Recipient!, payload, out var wait))
                        await connection.WriteThrottledAsync(new ThrottledWrite(0, envelope.Sender, envelope.Recipient!, payload), wait, _closing.Token).ConfigureAwait(false);
                }
                else if (envelope.Kind == OutboundKind.SystemMessage)
                {
                    await SendSystemAsync(connection, envelope).ConfigureAwait(false);
                }
                else if (!await ObeyAsync(connection, envelope.Kind).ConfigureAwait(false))
                {
                    return;
                }

                if (connection.IsFlushDue)
                    await connection.FlushAsync().ConfigureAwait(false);
            }

            if (connection.HasUnflushed)
                await connection.FlushAsync().ConfigureAwait(false);
            else
                await _queue.WaitAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Carries out a signal; false if the connection is over.</summary>
    private async ValueTask<bool> ObeyAsync(OutboundConnection connection, OutboundKind kind)
    {
        switch (kind)
        {
            case OutboundKind.Heartbeat:
                connection.WriteHeartbeat();
                return true;
            case OutboundKind.Resend:
                await ResendAsync(connection).ConfigureAwait(false);
                return true;
            case OutboundKind.ConnectionLost:
                // The signal may have been about the connection before.
                return !connection.IsDown;
            case OutboundKind.Quarantine when !_link.Identity.IsQuarantined:
                return true;
            case OutboundKind.Quarantine:
                await connection.SayGoodbyeAsync(GoodbyeReason.Quarantined, LinkLimits.GoodbyeWait).ConfigureAwait(false);
                return false;
            default:
                await connection.SayGoodbyeAsync(GoodbyeReason.Shutdown, _context.Settings.FlushWait).ConfigureAwait(false);
                return false;
        }
    }

    private async ValueTask SendSystemAsync(OutboundConnection connection, OutboundEnvelope envelope)
    {
        if (AddToOutbox(envelope) is { } added)
            await WriteAsync(connection, added.Sequence, added.Entry).ConfigureAwait(false);
    }

    private (ulong Sequence, SystemEntry Entry)? AddToOutbox(in OutboundEnvelope envelope)
    {
        if (!_context.TryEncode(envelope, out var payload))
            return null;
        var entry = new SystemEntry(envelope.Message!, envelope.Recipient!, payload);
        if (_link.Identity.Outbox.TryAdd(entry, out var sequence))
            return (sequence, entry);
        _context.DeadLetter(entry.Message, null, entry.Recipient);
        _link.Quarantine(_link.Identity.Uid, TooManySystemMessages);
        return null;
    }

    private async Task ResendAsync(OutboundConnection connection)
    {
        Volatile.Write(ref _resendDue, 0);
        var entries = _link.Identity.Outbox.Unacknowledged(out var sequence);
        foreach (var entry in entries)
        {
            await WriteAsync(connection, sequence++, entry).ConfigureAwait(false);
            if (connection.IsFlushDue)
                await connection.FlushAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask WriteAsync(OutboundConnection connection, ulong sequence, SystemEntry entry)
    {
        if (!connection.TryWrite(sequence, null, entry.Recipient, entry.Payload, out var wait))
            await connection.WriteThrottledAsync(new ThrottledWrite(sequence, null, entry.Recipient, entry.Payload), wait, _closing.Token).ConfigureAwait(false);
    }

    private async Task GateAsync(int inboundBefore)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        _gateWait = wait;
        _gated = true;
        Interlocked.MemoryBarrier();
        DrainQueue();
        try
        {
            // Whoever has connected since the last attempt began is there: no need to wait.
            if (Volatile.Read(ref _inboundGeneration) == inboundBefore && !_closed)
                await Task.Delay(_context.Settings.RetryGateClosedFor, TimeProvider.System, wait.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The gate was opened.
        }
        finally
        {
            _gated = false;
            _gateWait = null;
        }
    }

    /// <summary>Empties the queue at a closed gate: system messages wait for the next connection, others do not.</summary>
    private void DrainQueue()
    {
        while (_queue.TryTake(out var envelope))
        {
            if (envelope.Kind == OutboundKind.UserMessage)
            {
                _context.DeadLetter(envelope.Message!, envelope.Sender, envelope.Recipient!);
            }
            else if (envelope.Kind == OutboundKind.SystemMessage)
            {
                AddToOutbox(envelope);
            }
        }
    }

    private void DiscardQueue()
    {
        while (_queue.TryTake(out var envelope))
        {
            if (envelope.Message is { } message)
                _context.DeadLetter(message, envelope.Sender, envelope.Recipient!);
        }

        _link.ToDeadLetters(_link.Identity.Outbox.Reset());
    }

    private void GiveUp()
    {
        if (_link.Identity.Uid is { } uid)
            _link.Quarantine(uid, $"system messages could not be delivered for {_context.Settings.InitialSysMsgDeliveryTimeout.TotalSeconds} s");
        else
            _link.ToDeadLetters(_link.Identity.Outbox.Reset());
    }

    private static void CancelQuietly(CancellationTokenSource? source)
    {
        try
        {
            source?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The wait was over already.
        }
    }
}
