using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Trapline.Shared.Api;
using Trapline.Shared.Conversations;

namespace Trapline.Controller.Api;

/// <summary>
/// An interactive console over WebSocket (RFC 6455). What the guest prints goes out as binary messages, what is typed comes in as such; a text
/// message before them says which incarnation the bytes are of and where they begin (<see cref="ConsoleNoteView"/>).
/// <code>
///   guest ──► host's ring ◄──asks── SendAsync ──► client        a client that does not read stops the asking, nothing else
///   guest ◄── host ◄──offers── TakeAsync ◄── client             a guest that does not read stops the reading
/// </code>
/// </summary>
internal sealed class ConsoleSocket(ClusterGate gate, ConsoleCursor cursor, string vm, TimeProvider time)
{
    /// <summary>Most bytes of one input message that are taken at once.</summary>
    private const int InputBytes = 4096;

    /// <summary>How long to wait while the guest's input is full, or the VM is between two hosts.</summary>
    private static readonly TimeSpan WhenFull = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a client has to answer that the console closes.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    /// <summary>Serves one client until it leaves or the node ends.</summary>
    public async Task ServeAsync(HttpContext context, CancellationToken stopping)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var taking = Until(TakeAsync(socket, leave.Token));
        var sending = Until(SendAsync(socket, leave.Token));
        await Task.WhenAny(taking, sending).ConfigureAwait(false);
        var (status, why) = stopping.IsCancellationRequested ? (WebSocketCloseStatus.EndpointUnavailable, "this node ends") : (WebSocketCloseStatus.NormalClosure, "");
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            await Until(socket.CloseOutputAsync(status, why, CancellationToken.None)).ConfigureAwait(false);
        // Giving up a receive resets the connection, and the client might not see why: it may answer first.
        await Task.WhenAny(taking, Task.Delay(Farewell, time, CancellationToken.None)).ConfigureAwait(false);
        await leave.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(taking, sending).ConfigureAwait(false);
    }

    private async Task SendAsync(WebSocket socket, CancellationToken cancellation)
    {
        (long Incarnation, long From)? expected = null;
        for (; ; )
        {
            if (await cursor.NextAsync(cancellation).ConfigureAwait(false) is not { } read)
                continue;
            var begin = (read.Incarnation.Value, read.Next - read.Bytes.Length);
            if (begin != expected)
            {
                var note = JsonSerializer.SerializeToUtf8Bytes(new ConsoleNoteView(begin.Value, begin.Item2, cursor.Node), ApiJson.Default.ConsoleNoteView);
                await socket.SendAsync(note, WebSocketMessageType.Text, endOfMessage: true, cancellation).ConfigureAwait(false);
            }

            await socket.SendAsync(read.Bytes, WebSocketMessageType.Binary, endOfMessage: true, cancellation).ConfigureAwait(false);
            expected = (read.Incarnation.Value, read.Next);
        }
    }

    private async Task TakeAsync(WebSocket socket, CancellationToken cancellation)
    {
        var buffer = new byte[InputBytes];
        for (; ; )
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellation).ConfigureAwait(false);
            if (received.MessageType == WebSocketMessageType.Close)
                return;
            var typed = buffer[..received.Count];
            while (typed.Length > 0)
            {
                typed = typed[await OfferAsync(typed, cancellation).ConfigureAwait(false)..];
                if (typed.Length > 0)
                    await Task.Delay(WhenFull, time, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task<int> OfferAsync(byte[] typed, CancellationToken cancellation)
    {
        try
        {
            return (await gate.AskHostOfAsync<ConsoleTook>(vm, id => new TypeToConsole(id, typed), cancellation).ConfigureAwait(false)).Taken;
        }
        catch (ApiProblem problem) when (problem.Kind is ProblemKind.Conflict or ProblemKind.Unavailable)
        {
            return 0;
        }
    }

    /// <summary>Every way in which a connection ends is an end.</summary>
    private static async Task Until(Task work)
    {
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ApiProblem or IOException or ObjectDisposedException)
        {
            // The client or the node has gone, or the VM does not exist any more.
        }
    }
}
