using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Configuration;

namespace Akka.Remote.Transport;

/// <summary>The settings below akka.remote.dot-netty.tcp.</summary>
internal sealed class TcpSettings
{
    private const int MinFrameBytes = 32_000;

    public TcpSettings(Config config)
    {
        var hostname = config.GetString("hostname", string.Empty);
        BindHost = NonEmpty(config.GetString("bind-hostname", string.Empty)) ?? NonEmpty(hostname) ?? "0.0.0.0";
        Port = CheckedPort(config, "port");
        BindPort = NonEmpty(config.GetString("bind-port", string.Empty)) is null ? Port : CheckedPort(config, "bind-port");
        PublicHost = NonEmpty(config.GetString("public-hostname", string.Empty)) ?? NonEmpty(hostname) ?? BindHost;
        var publicPort = CheckedPort(config, "public-port");
        PublicPort = publicPort > 0 ? publicPort : null;
        MaxFrameBytes = Bytes(config, "maximum-frame-size") ?? 128_000;
        if (MaxFrameBytes < MinFrameBytes)
            throw config.ErrorAt("maximum-frame-size", $"{MaxFrameBytes} bytes are too few; at least {MinFrameBytes} are expected.");
        SendBufferBytes = Bytes(config, "send-buffer-size");
        ReceiveBufferBytes = Bytes(config, "receive-buffer-size");
        Backlog = config.GetInt("backlog", 4096);
        NoDelay = config.GetBoolean("tcp-nodelay", true);
        KeepAlive = config.GetBoolean("tcp-keepalive", true);
        ConnectTimeout = config.GetTimeSpan("connection-timeout", TimeSpan.FromSeconds(15), allowInfinite: false);
        if (config.GetBoolean("enable-ssl", false))
            Tls = TlsSettings.From(config);
    }

    public string BindHost { get; }

    public int BindPort { get; }

    public int Port { get; }

    public string PublicHost { get; }

    public int? PublicPort { get; }

    public int MaxFrameBytes { get; }

    public int? SendBufferBytes { get; }

    public int? ReceiveBufferBytes { get; }

    public int Backlog { get; }

    public bool NoDelay { get; }

    public bool KeepAlive { get; }

    public TimeSpan ConnectTimeout { get; }

    public TlsSettings? Tls { get; }

    private static string? NonEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static int? Bytes(Config config, string key)
    {
        var bytes = config.GetByteSize(key, null);
        if (bytes is null or 0)
            return null;
        return bytes is > 0 and <= int.MaxValue
            ? (int)bytes.Value
            : throw config.ErrorAt(key, $"{bytes} bytes; a size between 0 and {int.MaxValue} bytes is expected.");
    }

    private static int CheckedPort(Config config, string key)
    {
        var port = config.GetInt(key);
        return port is >= 0 and <= ushort.MaxValue
            ? port
            : throw config.ErrorAt(key, $"{port} is no port; a number between 0 and {ushort.MaxValue} is expected.");
    }
}

/// <summary>The settings below akka.remote.dot-netty.tcp.ssl.</summary>
/// <param name="Certificate">What this system proves itself with; it holds the private key.</param>
/// <param name="SuppressValidation">True to accept any certificate of a peer.</param>
internal sealed record TlsSettings(X509Certificate2 Certificate, bool SuppressValidation)
{
    /// <summary>Loads the certificate that the transport's section names.</summary>
    /// <exception cref="ConfigurationException">There is none, or it cannot be loaded.</exception>
    public static TlsSettings From(Config transport)
    {
        const string PathKey = "ssl.certificate.path";
        var path = transport.GetString(PathKey, string.Empty);
        if (string.IsNullOrWhiteSpace(path))
            throw transport.ErrorAt(PathKey, "enable-ssl is on, so the name of a PKCS#12 file is expected.");
        try
        {
            return new TlsSettings(
                X509CertificateLoader.LoadPkcs12FromFile(path, transport.GetString("ssl.certificate.password", string.Empty)),
                transport.GetBoolean("ssl.suppress-validation", false));
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw transport.ErrorAt(PathKey, $"'{path}' cannot be loaded: {failure.Message}");
        }
    }

    /// <summary>
    /// The name that a peer's certificate must carry. The nodes of a cluster share one certificate or have one of the same name, and are
    /// often addressed by IP: so it is the name of our own.
    /// </summary>
    public string ExpectedPeerName => Certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false);
}
