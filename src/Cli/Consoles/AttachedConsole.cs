using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Channels;
using Trapline.Cli.Client;
using Trapline.Cli.Terminals;
using Trapline.Shared.Api;

namespace Trapline.Cli.Consoles;

/// <summary>
/// A guest's console on the user's terminal, over WebSocket. It goes on over restarts and moves of the VM, and over a controller's fail-over: a
/// connection that breaks is made again, to whichever controller node serves, where output and input had come to.
/// </summary>
/// <param name="api">The way to the cluster.</param>
/// <param name="vm">The VM's name or id.</param>
/// <param name="typed">What the user types, in pieces; completed when there will be no more.</param>
internal sealed class AttachedConsole(ApiClient api, string vm, ChannelReader<byte[]> typed)
{
    /// <summary>A cluster that cannot be reached for so long is given up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(250);

    private readonly TypedAhead _typed = new(typed);
    private readonly string _typist = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private readonly Stream _output = StandardStreams.OpenOutput();
    private long _incarnation;
    private long _from;

    /// <summary>Shows and types until the user leaves. Ends with an error when the VM is gone, or the cluster for too long.</summary>
    public async Task RunAsync(CancellationToken leave)
    {
        var brokeAt = TimeProvider.System.GetTimestamp();
        for (; ; )
        {
            try
            {
                // A VM that does not exist, or not any more, ends it here.
                await api.GetAsync($"/v1/vms/{PathPart.Of(vm)}", ApiJson.Default.VmView, leave).ConfigureAwait(false);
                var begin = _typed.Position;
                using var socket = await api.ConnectAsync(
                    $"/v1/vms/{PathPart.Of(vm)}/console/attach?incarnation={_incarnation}&from={_from}&typist={_typist}&typed={begin}", leave).ConfigureAwait(false);
                await ServeAsync(socket, begin, leave).ConfigureAwait(false);
                brokeAt = TimeProvider.System.GetTimestamp();
                StandardStreams.WriteErrorLine("trapline: the connection broke and is made again");
            }
            catch (CliException e) when (e.ExitCode == ExitCodes.Unavailable && TimeProvider.System.GetElapsedTime(brokeAt) < Patience)
            {
                // A controller that is away comes back.
            }

            await Task.Delay(BetweenAttempts, TimeProvider.System, leave).ConfigureAwait(false);
        }
    }

    /// <summary>One connection, to its end.</summary>
    private async Task ServeAsync(WebSocket socket, long begin, CancellationToken leave)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(leave);
        var shows = Until(ShowAsync(socket, either.Token));
        var types = Until(_typed.SendAsync(socket, begin, either.Token));
        await shows.ConfigureAwait(false);
        if (leave.IsCancellationRequested && socket.State == WebSocketState.Open)
            await Until(socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None)).ConfigureAwait(false);
        await either.CancelAsync().ConfigureAwait(false);
        await types.ConfigureAwait(false);
        leave.ThrowIfCancellationRequested();
    }

    private async Task ShowAsync(WebSocket socket, CancellationToken cancellation)
    {
        var buffer = new byte[16 << 10];
        for (; ; )
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellation).ConfigureAwait(false);
            switch (received.MessageType)
            {
                case WebSocketMessageType.Close:
                    return;
                case WebSocketMessageType.Binary:
                    _output.Write(buffer, 0, received.Count);
                    _output.Flush();
                    _from += received.Count;
                    break;
                case WebSocketMessageType.Text:
                    Note(JsonSerializer.Deserialize(buffer.AsSpan(0, received.Count), ApiJson.Default.ConsoleNoteView)!);
                    break;
            }
        }
    }

    private void Note(ConsoleNoteView note)
    {
        if (note.Typed is { } position)
        {
            _typed.Taken(position);
            return;
        }

        if (note.Incarnation != _incarnation && _incarnation != 0)
            StandardStreams.WriteErrorLine($"trapline: incarnation {note.Incarnation}{(note.Node is null ? "" : $", on {note.Node}")}");
        else if (note.From > _from && _incarnation != 0)
            StandardStreams.WriteErrorLine($"trapline: {note.From - _from} bytes came faster than they could be shown");
        (_incarnation, _from) = (note.Incarnation, note.From);
    }

    private static async Task Until(Task work)
    {
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // However a connection ends: it is made again, or the user has left.
        }
    }
}
