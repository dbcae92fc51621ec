using System.Net;
using System.Net.Sockets;

namespace Trapline.Shared.Processes;

/// <summary>
/// Looks whether a node's ports are free before the node begins anything: one that cannot serve must not join a cluster first, and whoever started it
/// wants to read which port it was.
/// </summary>
public static class PortCheck
{
    /// <summary>What is wrong with a node's ports, and what would help; null if all can be had.</summary>
    /// <param name="options">The ports.</param>
    /// <param name="hostname">The address at which the node takes actor messages; of a name that is none, the loopback interface is looked at.</param>
    public static string? Problem(NodeOptions options, string hostname) =>
        Problem(new IPEndPoint(IPAddress.TryParse(hostname, out var ip) ? ip : IPAddress.Loopback, options.Port), "actor messages", "--port") ?? (options.Api is { } api ? Problem(api, "the API", "--api") : null);

    private static string? Problem(IPEndPoint endpoint, string purpose, string option)
    {
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endpoint);
            socket.Listen();
            return null;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return $"port {endpoint.Port} of {endpoint.Address}, for {purpose}, is in use by another process: end that one, or give another with {option}";
        }
        catch (SocketException e)
        {
            return $"port {endpoint.Port} of {endpoint.Address}, for {purpose}, cannot be used ({e.Message}): give another with {option}";
        }
    }
}
