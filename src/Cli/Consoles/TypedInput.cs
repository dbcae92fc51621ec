using System.Threading.Channels;
using Trapline.Cli.Running;
using Trapline.Cli.Terminals;

namespace Trapline.Cli.Consoles;

/// <summary>What the user types, read on a thread of its own because a terminal blocks; a person's Ctrl-A x leaves.</summary>
internal static class TypedInput
{
    private const int PiecesAhead = 4;

    /// <summary>Begins to read.</summary>
    /// <param name="isPerson">Whether keys may mean something to this program.</param>
    /// <param name="leave">Called when the user leaves.</param>
    public static ChannelReader<byte[]> Begin(bool isPerson, Action leave)
    {
        var pieces = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(PiecesAhead) { SingleReader = true, SingleWriter = true });
        var keys = isPerson ? new EscapeKeys(key => Carry(key, leave)) : null;
        new Thread(() => Read(keys, pieces.Writer)) { IsBackground = true, Name = "typed input" }.Start();
        return pieces.Reader;
    }

    private static void Read(EscapeKeys? keys, ChannelWriter<byte[]> pieces)
    {
        try
        {
            using var input = StandardStreams.OpenInput();
            var buffer = new byte[1024];
            for (int count; (count = input.Read(buffer)) > 0;)
            {
                var piece = keys is null ? buffer.AsSpan(0, count) : keys.Filter(buffer.AsSpan(0, count));
                if (!piece.IsEmpty)
                    pieces.WriteAsync(piece.ToArray()).AsTask().GetAwaiter().GetResult();
            }
        }
        catch (IOException)
        {
            // The terminal has gone: nothing more is typed.
        }

        pieces.TryComplete();
    }

    private static void Carry(EscapeCommand key, Action leave)
    {
        if (key == EscapeCommand.Leave)
            leave();
        else
            StandardStreams.WriteErrorLine("trapline: Ctrl-A x leaves, Ctrl-A Ctrl-A types a Ctrl-A");
    }
}
