using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Trapline.Shared.Api;

namespace Trapline.Controller.Api;

/// <summary>
/// An interactive console over WebSocket (RFC 6455). What the guest prints goes out as binary messages, what is typed comes in as such; a text
/// message before them says which incarnation the bytes are of and where they begin (<see cref="ConsoleNoteView"/>).
/// <code>
///   guest ──► host's ring ◄──asks── SendAsync ──► client        a client that does not read stops the asking, nothing else
///   guest ◄── host ◄──offers── TakeAsync ◄── client             a guest that does not read stops the reading
/// </code>
/// </summary>
internal sealed class ConsoleSocket(ConsoleCursor cursor, ConsoleTyping typing, TimeProvider time)
{
    /// <summary>Most bytes of one input message that are taken at once.</summary>
    private const int InputBytes = 4096;

    /// <summary>How long a client has to answer that the console closes.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    /// <summary>Two tasks send; a message goes out as a whole.</summary>
    private readonly SemaphoreSlim _sending = new(1);

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
                await NoteAsync(socket, new ConsoleNoteView(begin.Value, begin.Item2, cursor.Node), cancellation).ConfigureAwait(false);
            await SendAsync(socket, read.Bytes, WebSocketMessageType.Binary, cancellation).ConfigureAwait(false);
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
            await typing.TypeAsync(buffer[..received.Count], cancellation).ConfigureAwait(false);
            if (typing.TellsHowFar)
                await NoteAsync(socket, new ConsoleNoteView(0, 0, null, typing.Position), cancellation).ConfigureAwait(false);
        }
    }

    private Task NoteAsync(WebSocket socket, ConsoleNoteView note, CancellationToken cancellation) =>
        SendAsync(socket, JsonSerializer.SerializeToUtf8Bytes(note, ApiJson.Default.ConsoleNoteView), WebSocketMessageType.Text, cancellation);

    private async Task SendAsync(WebSocket socket, byte[] message, WebSocketMessageType type, CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await socket.SendAsync(message, type, endOfMessage: true, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
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
