using System.Net;
using System.Net.Sockets;

namespace Trapline.Hypervisor.Machine.Debugging;

/// <summary>Listens for a debugger on the loopback interface; one at a time, on threads of its own.</summary>
public sealed class GdbServer : IDisposable
{
    private readonly IDebugTarget _target;
    private readonly TcpListener _listener;
    private readonly Thread _thread;
    private volatile TcpClient? _client;
    private volatile bool _stopping;

    /// <summary>Starts to listen.</summary>
    /// <param name="target">The machine.</param>
    /// <param name="port">A TCP port; 0 to have one chosen.</param>
    /// <exception cref="SocketException">The port is taken.</exception>
    public GdbServer(IDebugTarget target, int port)
    {
        _target = target;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start(1);
        _thread = new Thread(Accept) { IsBackground = true, Name = "gdb" };
        _thread.Start();
    }

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Ends the present session and stops listening.</summary>
    public void Dispose()
    {
        _stopping = true;
        _listener.Stop();
        _client?.Close();
        if (Thread.CurrentThread != _thread)
            _thread.Join();
    }

    private void Accept()
    {
        while (!_stopping)
        {
            try
            {
                using var client = _listener.AcceptTcpClient();
                _client = client;
                client.NoDelay = true;
                using var session = new GdbSession(_target, client.GetStream());
                session.Serve();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException or IOException)
            {
                // A connection that broke while it was set up; or the listener was stopped, which ends the loop.
            }
            finally
            {
                _client = null;
            }
        }
    }
}
