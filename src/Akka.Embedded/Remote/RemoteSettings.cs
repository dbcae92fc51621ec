using Akka.Actor;
using Akka.Configuration;

namespace Akka.Remote;

/// <summary>The settings below akka.remote.</summary>
public class RemoteSettings
{
    /// <summary>The first part of every remote address's scheme.</summary>
    public static readonly string AkkaScheme = "akka";

    /// <summary>Reads the settings.</summary>
    /// <param name="config">The whole configuration of the system.</param>
    public RemoteSettings(Config config)
    {
        Config = config;
        LogReceive = config.GetBoolean("akka.remote.log-received-messages");
        LogSend = config.GetBoolean("akka.remote.log-sent-messages");
        UntrustedMode = config.GetBoolean("akka.remote.untrusted-mode");
        TrustedSelectionPaths = [.. config.GetStringList("akka.remote.trusted-selection-paths")];
        RemoteLifecycleEventsLogLevel = LifecycleLevel(config, "akka.remote.log-remote-lifecycle-events");
        LogBufferSizeExceeding = config.GetString("akka.remote.log-buffer-size-exceeding", "off") is "off" or "false"
            ? int.MaxValue
            : config.GetInt("akka.remote.log-buffer-size-exceeding");
        ShutdownTimeout = Duration(config, "akka.remote.shutdown-timeout");
        FlushWait = Duration(config, "akka.remote.flush-wait-on-shutdown");
        StartupTimeout = Duration(config, "akka.remote.startup-timeout");
        RetryGateClosedFor = Duration(config, "akka.remote.retry-gate-closed-for");
        SysMsgBufferSize = AtLeastOne(config, "akka.remote.system-message-buffer-size");
        SysResendTimeout = Duration(config, "akka.remote.resend-interval");
        InitialSysMsgDeliveryTimeout = Duration(config, "akka.remote.initial-system-message-delivery-timeout");
        QuarantineDuration = Duration(config, "akka.remote.prune-quarantine-marker-after");
        CommandAckTimeout = Duration(config, "akka.remote.command-ack-timeout");
        WatchFailureDetectorConfig = config.GetConfig("akka.remote.watch-failure-detector");
        WatchFailureDetectorImplementationClass = WatchFailureDetectorConfig.GetString("implementation-class");
        WatchHeartBeatInterval = Duration(config, "akka.remote.watch-failure-detector.heartbeat-interval");
        WatchUnreachableReaperInterval = Duration(config, "akka.remote.watch-failure-detector.unreachable-nodes-reaper-interval");
        WatchHeartbeatExpectedResponseAfter = Duration(config, "akka.remote.watch-failure-detector.expected-response-after");
        HandshakeTimeout = Duration(config, "akka.remote.handshake-timeout");
        TransportFailureDetectorConfig = config.GetConfig("akka.remote.transport-failure-detector");
        TransportHeartBeatInterval = Duration(config, "akka.remote.transport-failure-detector.heartbeat-interval");
    }

    /// <summary>The whole configuration of the system.</summary>
    public Config Config { get; }

    /// <summary>Log every message that arrives, at debug level.</summary>
    public bool LogReceive { get; set; }

    /// <summary>Log every message that is sent, at debug level.</summary>
    public bool LogSend { get; set; }

    /// <summary>Refuse system messages and harmful messages from peers.</summary>
    public bool UntrustedMode { get; set; }

    /// <summary>The actors that peers may still select in untrusted mode.</summary>
    public HashSet<string> TrustedSelectionPaths { get; set; }

    /// <summary>The lowest level at which lifecycle events are logged, or OFF.</summary>
    public string RemoteLifecycleEventsLogLevel { get; set; }

    /// <summary>Messages that wait for one link before a warning is logged.</summary>
    public int LogBufferSizeExceeding { get; set; }

    /// <summary>How long shutting down may take.</summary>
    public TimeSpan ShutdownTimeout { get; set; }

    /// <summary>How long shutting down waits for messages to go out.</summary>
    public TimeSpan FlushWait { get; set; }

    /// <summary>How long starting may take.</summary>
    public TimeSpan StartupTimeout { get; set; }

    /// <summary>How long a peer is left alone after a failure.</summary>
    public TimeSpan RetryGateClosedFor { get; set; }

    /// <summary>System messages that may wait for one peer; one more means that the peer is given up.</summary>
    public int SysMsgBufferSize { get; set; }

    /// <summary>After this time without acknowledgement, system messages are sent again.</summary>
    public TimeSpan SysResendTimeout { get; set; }

    /// <summary>A peer that cannot be reached for this long while system messages wait for it is given up.</summary>
    public TimeSpan InitialSysMsgDeliveryTimeout { get; set; }

    /// <summary>How long a quarantine is remembered.</summary>
    public TimeSpan? QuarantineDuration { get; set; }

    /// <summary>How long a management command may take.</summary>
    public TimeSpan CommandAckTimeout { get; set; }

    /// <summary>The section of the failure detector for remote death watch.</summary>
    public Config WatchFailureDetectorConfig { get; set; }

    /// <summary>The class of the failure detector for remote death watch.</summary>
    public string WatchFailureDetectorImplementationClass { get; set; }

    /// <summary>How often watched systems are sent a heartbeat.</summary>
    public TimeSpan WatchHeartBeatInterval { get; set; }

    /// <summary>How often watched systems are checked.</summary>
    public TimeSpan WatchUnreachableReaperInterval { get; set; }

    /// <summary>When the first answer to a heartbeat is expected.</summary>
    public TimeSpan WatchHeartbeatExpectedResponseAfter { get; set; }

    /// <summary>How long a peer may take to identify itself.</summary>
    internal TimeSpan HandshakeTimeout { get; }

    /// <summary>The section of the failure detector for connections.</summary>
    internal Config TransportFailureDetectorConfig { get; }

    /// <summary>How often a connection is sent a heartbeat.</summary>
    internal TimeSpan TransportHeartBeatInterval { get; }

    private static TimeSpan Duration(Config config, string path)
    {
        var value = config.GetTimeSpan(path, null, allowInfinite: false);
        return value > TimeSpan.Zero ? value : throw config.ErrorAt(path, $"{value} is no time; a duration longer than zero is expected.");
    }

    private static int AtLeastOne(Config config, string path)
    {
        var value = config.GetInt(path);
        return value > 0 ? value : throw config.ErrorAt(path, $"{value} is too few; at least 1 is expected.");
    }

    private static string LifecycleLevel(Config config, string path)
    {
        var configured = config.GetString(path, "on");
        return configured.ToUpperInvariant() switch
        {
            "ON" or "TRUE" or "YES" => "DEBUG",
            "OFF" or "FALSE" or "NO" => "OFF",
            "DEBUG" or "INFO" or "WARNING" or "ERROR" => configured.ToUpperInvariant(),
            _ => throw config.ErrorAt(path, $"'{configured}' is no level; on, off, DEBUG, INFO, WARNING or ERROR is expected."),
        };
    }
}
