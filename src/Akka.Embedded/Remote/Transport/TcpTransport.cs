using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Remote.Transport;

/// <summary>TCP, with TLS if the settings say so. Accepts and opens connections, and knows nothing of what they carry.</summary>
internal sealed class TcpTransport : Transport
{
    /// <summary>How many accepted peers may be unidentified at a time; more are turned away.</summary>
    internal const int MaxPendingHandshakes = 256;

    private static readonly TimeSpan AcceptFailurePause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RefusalLogInterval = TimeSpan.FromSeconds(10);

    private readonly TcpSettings _settings;
    private readonly ILoggingAdapter _log;
    private readonly TimeSpan _handshakeTimeout;
    private readonly OccasionalLog _refusals;
    private readonly CancellationTokenSource _stopping = new();
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;
    private int _pending;

    public TcpTransport(ActorSystem system, Config config, TimeSpan handshakeTimeout)
        : base(system, config)
    {
        _settings = new TcpSettings(config);
        _handshakeTimeout = handshakeTimeout;
        _log = Logging.GetLogger(system, this);
        _refusals = new OccasionalLog(RefusalLogInterval, FailureDetector.DefaultClock);
        SchemeIdentifier = _settings.Tls is null ? "tcp" : "ssl.tcp";
        MaximumPayloadBytes = _settings.MaxFrameBytes;
    }

    internal override async Task<Address> ListenAsync(Func<PendingConnection, Task> onAccepted)
    {
        var ip = await ResolveAsync(_settings.BindHost).ConfigureAwait(false);
        var listener = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(ip, _settings.BindPort));
            listener.Listen(_settings.Backlog);
        }
        catch (SocketException failure)
        {
            listener.Dispose();
            throw new RemoteTransportException($"Cannot listen on {_settings.BindHost}:{_settings.BindPort}: {failure.Message}", failure);
        }

        _listener = listener;
        var boundPort = ((IPEndPoint)listener.LocalEndPoint!).Port;
        var port = _settings.PublicPort ?? (_settings.Port != 0 ? _settings.Port : boundPort);
        _accepting = Task.Run(() => AcceptAsync(listener, onAccepted));
        return new Address(SchemeIdentifier, System.Name, _settings.PublicHost, port);
    }

    internal override async Task<WireConnection> ConnectAsync(Address remote, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(_settings.ConnectTimeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            Configure(socket);
            await socket.ConnectAsync(remote.Host!, remote.Port!.Value, timeout.Token).ConfigureAwait(false);
            var stream = await SecureAsClientAsync(new NetworkStream(socket, ownsSocket: true), timeout.Token).ConfigureAwait(false);
            return new WireConnection(stream, socket);
        }
        catch (OperationCanceledException timedOut) when (!cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            throw new IOException($"no connection within {_settings.ConnectTimeout.TotalSeconds:0.#} s", timedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    internal override async Task StopListeningAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener?.Dispose();
        await _accepting.ConfigureAwait(false);
    }

    private async Task AcceptAsync(Socket listener, Func<PendingConnection, Task> onAccepted)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                if (Interlocked.Increment(ref _pending) > MaxPendingHandshakes)
                    Refuse(socket);
                else
                    _ = Task.Run(() => IdentifyAsync(socket, onAccepted));
            }
            catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException failure)
            {
                // Out of file descriptors, or the peer was gone before it was accepted: the listener itself is well.
                _log.Warning("Could not accept a connection: {0}", failure.Message);
                await Task.Delay(AcceptFailurePause, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private void Refuse(Socket socket)
    {
        Interlocked.Decrement(ref _pending);
        socket.Dispose();
        if (_refusals.TryBegin(out var more))
            _log.Warning("Turned away a connection: {0} peers have not identified themselves yet ({1} more turned away since the last report)", MaxPendingHandshakes, more);
    }

    private async Task IdentifyAsync(Socket socket, Func<PendingConnection, Task> onAccepted)
    {
        var identified = 0;
        void Identified()
        {
            if (Interlocked.Exchange(ref identified, 1) == 0)
                Interlocked.Decrement(ref _pending);
        }

        EndPoint? origin = null;
        try
        {
            origin = socket.RemoteEndPoint;
            Configure(socket);
            var stream = await SecureAsServerAsync(new NetworkStream(socket, ownsSocket: true)).ConfigureAwait(false);
            await onAccepted(new PendingConnection(new WireConnection(stream, socket), origin, Identified)).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is AuthenticationException or OperationCanceledException || WireConnection.IsConnectionFailure(failure))
        {
            _log.Warning("Disconnected {0}: it did not complete the handshake ({1})", origin, failure.Message);
            socket.Dispose();
        }
        catch (Exception bug)
        {
            _log.Error(bug, "The connection from {0} has failed", origin);
            socket.Dispose();
        }
        finally
        {
            Identified();
        }
    }

    private void Configure(Socket socket)
    {
        socket.NoDelay = _settings.NoDelay;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, _settings.KeepAlive);
        if (_settings.SendBufferBytes is { } send)
            socket.SendBufferSize = send;
        if (_settings.ReceiveBufferBytes is { } receive)
            socket.ReceiveBufferSize = receive;
    }

    private async Task<Stream> SecureAsClientAsync(NetworkStream plain, CancellationToken cancellation)
    {
        if (_settings.Tls is not { } tls)
            return plain;
        var secure = new SslStream(plain, leaveInnerStreamOpen: false);
        await secure.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = tls.ExpectedPeerName,
                ClientCertificates = [tls.Certificate],
                RemoteCertificateValidationCallback = (_, _, _, errors) => tls.SuppressValidation || errors == SslPolicyErrors.None,
            },
            cancellation).ConfigureAwait(false);
        return secure;
    }

    private async Task<Stream> SecureAsServerAsync(NetworkStream plain)
    {
        if (_settings.Tls is not { } tls)
            return plain;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        timeout.CancelAfter(_handshakeTimeout);
        var secure = new SslStream(plain, leaveInnerStreamOpen: false);
        await secure.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = tls.Certificate },
            timeout.Token).ConfigureAwait(false);
        return secure;
    }

    private static async Task<IPAddress> ResolveAsync(string host)
    {
        if (IPAddress.TryParse(host, out var literal))
            return literal;
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host).ConfigureAwait(false);
            return addresses.FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork) ?? addresses[0];
        }
        catch (SocketException failure)
        {
            throw new RemoteTransportException($"Cannot resolve the host name '{host}' to listen on: {failure.Message}", failure);
        }
    }
}
