using System.Net;
using System.Net.Sockets;

namespace Trapline.TestSupport;

/// <summary>
/// A port of the loopback interface for what cannot be told to choose one itself. It lies below those that systems give to outgoing connections and to
/// whoever listens on port 0, so that no other test has it before it is used, nor between one use and the next; and below the launcher's.
/// </summary>
public static class FreePort
{
    private const int First = 10_000;
    private const int Last = 20_999;

    /// <summary>Chooses one.</summary>
    public static int Choose()
    {
        for (; ; )
        {
            var port = System.Security.Cryptography.RandomNumberGenerator.GetInt32(First, Last + 1);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
    }
}
