using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Akka.Remote.Transport;

/// <summary>One TCP connection, encrypted or not, as a pair of pipes. Each pipe has one user; <see cref="Abort"/> may be called by anyone.</summary>
internal sealed class WireConnection
{
    private const int ReadBufferBytes = 32 * 1024;
    private const int WriteBufferBytes = 64 * 1024;

    private readonly Stream _stream;
    private readonly Socket? _socket;
    private int _aborted;

    public WireConnection(Stream stream, Socket? socket)
    {
        _stream = stream;
        _socket = socket;
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadBufferBytes, leaveOpen: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: WriteBufferBytes, leaveOpen: true));
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public bool IsAborted => Volatile.Read(ref _aborted) != 0;

    /// <summary>Closes the connection at once; pending reads and writes fail. What was flushed is still delivered by TCP.</summary>
    public void Abort()
    {
        if (Interlocked.Exchange(ref _aborted, 1) != 0)
            return;
        if (_socket is not null)
            ShutdownSocket(_socket);
        _stream.Dispose();
    }

    /// <summary>True for what a connection fails with when the network, the peer or <see cref="Abort"/> ends it.</summary>
    public static bool IsConnectionFailure(Exception failure) =>
        failure is IOException or SocketException or ObjectDisposedException or ChannelClosedException;

    private static void ShutdownSocket(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // Already closed by the peer: closing is all that was wanted.
        }
    }
}
