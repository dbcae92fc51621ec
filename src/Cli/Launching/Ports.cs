using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Trapline.Cli.Launching;

/// <summary>
/// Chooses free ports on the loopback interface: below the range that systems take for outgoing connections, so that none is taken between the
/// choice and its use, and from a random place on, so that two clusters that start at once do not meet.
/// </summary>
internal static class Ports
{
    private const int First = 21_000;
    private const int Last = 31_999;

    /// <summary>So many free ports.</summary>
    /// <param name="count">How many.</param>
    /// <param name="basePort">They are this one and those behind it, free or not; null lets them be chosen.</param>
    public static int[] Choose(int count, int? basePort)
    {
        if (basePort is { } fixedBase)
        {
            var wanted = Enumerable.Range(fixedBase, count).ToArray();
            if (Array.Find(wanted, port => !IsFree(port)) is var taken and not 0)
                throw new CliException(ExitCodes.Usage, $"port {taken} is in use: give another --base-port, or none to have free ports chosen");
            return wanted;
        }

        var chosen = new List<int>();
        var start = RandomNumberGenerator.GetInt32(Last - First + 1);
        for (var i = 0; i <= Last - First && chosen.Count < count; i++)
        {
            var port = First + ((start + i) % (Last - First + 1));
            if (IsFree(port))
                chosen.Add(port);
        }

        return chosen.Count == count ? [.. chosen] : throw new CliException(ExitCodes.Usage, $"there are no {count} free ports from {First} to {Last}");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
