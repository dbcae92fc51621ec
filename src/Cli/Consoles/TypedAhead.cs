using System.Net.WebSockets;
using System.Threading.Channels;

namespace Trapline.Cli.Consoles;

/// <summary>
/// What the user typed and the guest's console has not taken yet, by its position in all that was typed: a connection that breaks loses nothing,
/// the next one sends it again, and the host drops what it had taken after all.
/// </summary>
/// <param name="typed">What the user types, in pieces; completed when there will be no more.</param>
internal sealed class TypedAhead(ChannelReader<byte[]> typed)
{
    /// <summary>Most bytes that wait to be taken: then nothing more is read from the terminal.</summary>
    private const int Most = 64 << 10;
    private const int MostAtOnce = 4096;

    private readonly Lock _gate = new();
    private readonly List<byte> _waiting = [];
    private TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Everything before this position has been taken.</summary>
    public long Position { get; private set; }

    /// <summary>Everything before a position has been taken.</summary>
    public void Taken(long position)
    {
        lock (_gate)
        {
            var count = (int)Math.Clamp(position - Position, 0, _waiting.Count);
            _waiting.RemoveRange(0, count);
            Position += count;
            _taken.TrySetResult();
            _taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Sends what waits, and then what is typed. To be called for one connection after the other; <paramref name="from"/> is the position that it began with.</summary>
    public async Task SendAsync(WebSocket socket, long from, CancellationToken cancellation)
    {
        for (var sent = from; ;)
        {
            var (next, full) = Next(sent);
            if (next.Length > 0)
            {
                await socket.SendAsync(next, WebSocketMessageType.Binary, endOfMessage: true, cancellation).ConfigureAwait(false);
                sent += next.Length;
            }
            else if (full is not null)
            {
                await full.WaitAsync(cancellation).ConfigureAwait(false);
            }
            else if (!await typed.WaitToReadAsync(cancellation).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    /// <summary>What is to be sent behind a position; and when there is nothing and no room for more, what to wait for.</summary>
    private (byte[] Next, Task? Full) Next(long sent)
    {
        lock (_gate)
        {
            while (_waiting.Count < Most && typed.TryRead(out var piece))
                _waiting.AddRange(piece);
            var skip = (int)Math.Clamp(sent - Position, 0, _waiting.Count);
            var next = _waiting.GetRange(skip, Math.Min(MostAtOnce, _waiting.Count - skip));
            return ([.. next], _waiting.Count < Most ? null : _taken.Task);
        }
    }
}
