using System.Security.Cryptography.X509Certificates;
using Akka.Configuration;

namespace Akka.Remote.Transport;

/// <summary>The settings below akka.remote.dot-netty.tcp.</summary>
internal sealed class TcpSettings
{
    private const string Section = "akka.remote.dot-netty.tcp";
    private const int MinFrameBytes = 32_000;

    public TcpSettings(Config config)
    {
        var hostname = config.GetString("hostname", string.Empty);
        BindHost = NonEmpty(config.GetString("bind-hostname", string.Empty)) ?? NonEmpty(hostname) ?? "0.0.0.0";
        Port = CheckedPort(config.GetInt("port"), "port");
        BindPort = NonEmpty(config.GetString("bind-port", string.Empty)) is null ? Port : CheckedPort(config.GetInt("bind-port"), "bind-port");
        PublicHost = NonEmpty(config.GetString("public-hostname", string.Empty)) ?? NonEmpty(hostname) ?? BindHost;
        var publicPort = CheckedPort(config.GetInt("public-port"), "public-port");
        PublicPort = publicPort > 0 ? publicPort : null;
        MaxFrameBytes = Bytes(config, "maximum-frame-size") ?? 128_000;
        if (MaxFrameBytes < MinFrameBytes)
            throw new ConfigurationException($"{Section}.maximum-frame-size is {MaxFrameBytes} bytes; it must be at least {MinFrameBytes}.");
        SendBufferBytes = Bytes(config, "send-buffer-size");
        ReceiveBufferBytes = Bytes(config, "receive-buffer-size");
        Backlog = config.GetInt("backlog", 4096);
        NoDelay = config.GetBoolean("tcp-nodelay", true);
        KeepAlive = config.GetBoolean("tcp-keepalive", true);
        ConnectTimeout = config.GetTimeSpan("connection-timeout", TimeSpan.FromSeconds(15), allowInfinite: false);
        if (config.GetBoolean("enable-ssl", false))
            Tls = TlsSettings.From(config.GetConfig("ssl"), Section + ".ssl");
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
            : throw new ConfigurationException($"{Section}.{key} is {bytes} bytes; it must be between 0 and {int.MaxValue}.");
    }

    private static int CheckedPort(int port, string key) =>
        port is >= 0 and <= ushort.MaxValue
            ? port
            : throw new ConfigurationException($"{Section}.{key} is {port}; it must be between 0 and {ushort.MaxValue}.");
}

/// <summary>The settings below akka.remote.dot-netty.tcp.ssl.</summary>
/// <param name="Certificate">What this system proves itself with; it holds the private key.</param>
/// <param name="SuppressValidation">True to accept any certificate of a peer.</param>
internal sealed record TlsSettings(X509Certificate2 Certificate, bool SuppressValidation)
{
    public static TlsSettings From(Config? config, string section)
    {
        var path = config?.GetString("certificate.path", string.Empty);
        if (config is null || string.IsNullOrWhiteSpace(path))
            throw new ConfigurationException($"{section}.certificate.path is not set, but enable-ssl is on; it must name a PKCS#12 file.");
        var password = config.GetString("certificate.password", string.Empty);
        try
        {
            return new TlsSettings(
                X509CertificateLoader.LoadPkcs12FromFile(path, password),
                config.GetBoolean("suppress-validation", false));
        }
        catch (Exception failure) when (failure is System.Security.Cryptography.CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{section}.certificate: cannot load '{path}': {failure.Message}", failure);
        }
    }

    /// <summary>
    /// The name that a peer's certificate must carry. The nodes of a cluster share one certificate or have one of the same name, and are
    /// often addressed by IP: so it is the name of our own.
    /// </summary>
    public string ExpectedPeerName => Certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false);
}
