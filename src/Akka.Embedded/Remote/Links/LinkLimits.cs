namespace Akka.Remote.Links;

/// <summary>The limits of links that no configuration key of Akka.NET names.</summary>
internal static class LinkLimits
{
    /// <summary>User messages that wait for one peer; more are dropped and reported.</summary>
    public const int OutboundQueueMessages = 100_000;

    /// <summary>Bytes that are collected before they are handed to the network, while more messages wait.</summary>
    public const int FlushBytes = 64 * 1024;

    /// <summary>Batches that were read but not delivered, per connection; then reading stops.</summary>
    public const int InboundBatches = 16;

    /// <summary>Peers with different addresses that may introduce themselves.</summary>
    public const int MaxLinks = 10_000;

    /// <summary>References whose names a connection remembers, besides the table of names itself.</summary>
    public const int CachedReferences = 4096;

    /// <summary>Drops are reported at most this often per link.</summary>
    public static readonly TimeSpan DropReportInterval = TimeSpan.FromSeconds(5);

    /// <summary>Failures to connect are reported at most this often per link.</summary>
    public static readonly TimeSpan FailureReportInterval = TimeSpan.FromSeconds(30);

    /// <summary>How long a refused peer is given to read why.</summary>
    public static readonly TimeSpan GoodbyeWait = TimeSpan.FromSeconds(1);
}
