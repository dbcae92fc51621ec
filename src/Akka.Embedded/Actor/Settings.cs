using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Actor;

/// <summary>What configuration says about the runtime itself.</summary>
public class Settings
{
    /// <summary>Reads <paramref name="config"/>, over the defaults.</summary>
    public Settings(ActorSystem system, Config config)
        : this(system, config, ActorSystemSetup.Empty)
    {
    }

    /// <summary>Reads <paramref name="config"/>, over the defaults.</summary>
    public Settings(ActorSystem system, Config config, ActorSystemSetup setup)
    {
        Setup = setup;
        System = system;
        Config = config.IsNullOrEmpty() ? DefaultConfiguration.All : config.WithFallback(DefaultConfiguration.All);
        var akka = Config;
        ConfigVersion = akka.GetString("akka.version", "");
        ProviderSelectionType = setup.Get<BootstrapSetup>() is { HasValue: true } boot && boot.Value.ActorRefProvider.HasValue
            ? boot.Value.ActorRefProvider.Value
            : ProviderSelection.Parse(akka.GetString("akka.actor.provider", "local"));
        ProviderClass = ProviderSelectionType.Fqn;
        HasCluster = ProviderSelectionType.HasCluster;
        SupervisorStrategyClass = akka.GetString("akka.actor.guardian-supervisor-strategy", "Akka.Actor.DefaultSupervisorStrategy");
        AskTimeout = akka.GetTimeSpan("akka.actor.ask-timeout", Timeout.InfiniteTimeSpan, allowInfinite: true);
        CreationTimeout = akka.GetTimeSpan("akka.actor.creation-timeout", TimeSpan.FromSeconds(20));
        UnstartedPushTimeout = akka.GetTimeSpan("akka.actor.unstarted-push-timeout", TimeSpan.FromSeconds(10));
        SerializeAllMessages = akka.GetBoolean("akka.actor.serialize-messages");
        SerializeAllCreators = akka.GetBoolean("akka.actor.serialize-creators");
        LogSerializerOverrideOnStart = akka.GetBoolean("akka.actor.log-serializer-override-on-start", true);
        EmitActorTelemetry = akka.GetBoolean("akka.actor.telemetry.enabled");

        LogLevel = akka.GetString("akka.loglevel", "INFO");
        StdoutLogLevel = akka.GetString("akka.stdout-loglevel", "WARNING");
        Loggers = akka.GetStringList("akka.loggers", ["Akka.Event.DefaultLogger"]);
        LogFormatter = ReadFormatter(akka.GetString("akka.logger-formatter"));
        LoggersDispatcher = akka.GetString("akka.loggers-dispatcher", Dispatch.Dispatchers.DefaultDispatcherId);
        LoggerStartTimeout = akka.GetTimeSpan("akka.logger-startup-timeout", TimeSpan.FromSeconds(5));
        LoggerAsyncStart = akka.GetBoolean("akka.logger-async-start");
        LogConfigOnStart = akka.GetBoolean("akka.log-config-on-start");
        (LogDeadLetters, LogDeadLettersSuspendDuration) = ReadDeadLetters(akka);
        LogDeadLettersDuringShutdown = akka.GetBoolean("akka.log-dead-letters-during-shutdown", true);
        _ = Logging.ThresholdFor(LogLevel, "akka.loglevel");
        _ = Logging.ThresholdFor(StdoutLogLevel, "akka.stdout-loglevel");

        AddLoggingReceive = akka.GetBoolean("akka.actor.debug.receive");
        DebugAutoReceive = akka.GetBoolean("akka.actor.debug.autoreceive");
        DebugLifecycle = akka.GetBoolean("akka.actor.debug.lifecycle");
        DebugEventStream = akka.GetBoolean("akka.actor.debug.event-stream");
        DebugUnhandledMessage = akka.GetBoolean("akka.actor.debug.unhandled");
        DebugTimerScheduler = akka.GetBoolean("akka.actor.debug.log-timers");
        Home = akka.GetString("akka.home", "");
        SchedulerClass = akka.GetString("akka.scheduler.implementation", "Akka.Actor.HashedWheelTimerScheduler");
        SchedulerShutdownTimeout = akka.GetTimeSpan("akka.scheduler.shutdown-timeout", TimeSpan.FromSeconds(5));
        CoordinatedShutdownTerminateActorSystem = akka.GetBoolean("akka.coordinated-shutdown.terminate-actor-system", true);
        CoordinatedShutdownRunByActorSystemTerminate = akka.GetBoolean("akka.coordinated-shutdown.run-by-actor-system-terminate", true);
        if (CoordinatedShutdownRunByActorSystemTerminate && !CoordinatedShutdownTerminateActorSystem)
        {
            throw new ConfigurationException(
                "akka.coordinated-shutdown.run-by-actor-system-terminate=on and akka.coordinated-shutdown.terminate-actor-system=off is not a supported configuration combination.");
        }
    }

    /// <summary>The system.</summary>
    public ActorSystem System { get; }

    /// <summary>The whole configuration, with all defaults.</summary>
    public Config Config { get; private set; }

    /// <summary>What was given in code.</summary>
    public ActorSystemSetup Setup { get; }

    /// <summary><c>akka.version</c>.</summary>
    public string ConfigVersion { get; }

    /// <summary>The class of the provider.</summary>
    public string ProviderClass { get; }

    /// <summary><c>akka.actor.provider</c>.</summary>
    public ProviderSelection ProviderSelectionType { get; }

    /// <summary>Whether the provider is the cluster's.</summary>
    public bool HasCluster { get; }

    /// <summary><c>akka.actor.guardian-supervisor-strategy</c>.</summary>
    public string SupervisorStrategyClass { get; }

    /// <summary><c>akka.actor.ask-timeout</c>.</summary>
    public TimeSpan AskTimeout { get; }

    /// <summary><c>akka.actor.creation-timeout</c>.</summary>
    public TimeSpan CreationTimeout { get; }

    /// <summary><c>akka.actor.unstarted-push-timeout</c>.</summary>
    public TimeSpan UnstartedPushTimeout { get; }

    /// <summary><c>akka.actor.serialize-messages</c>.</summary>
    public bool SerializeAllMessages { get; }

    /// <summary><c>akka.actor.serialize-creators</c>.</summary>
    public bool SerializeAllCreators { get; }

    /// <summary><c>akka.actor.log-serializer-override-on-start</c>.</summary>
    public bool LogSerializerOverrideOnStart { get; }

    /// <summary><c>akka.actor.telemetry.enabled</c>.</summary>
    public bool EmitActorTelemetry { get; }

    /// <summary><c>akka.loglevel</c>.</summary>
    public string LogLevel { get; }

    /// <summary><c>akka.stdout-loglevel</c>.</summary>
    public string StdoutLogLevel { get; }

    /// <summary><c>akka.loggers</c>.</summary>
    public IList<string> Loggers { get; }

    /// <summary><c>akka.loggers-dispatcher</c>.</summary>
    public string LoggersDispatcher { get; }

    /// <summary><c>akka.logger-startup-timeout</c>.</summary>
    public TimeSpan LoggerStartTimeout { get; }

    /// <summary><c>akka.logger-async-start</c>.</summary>
    public bool LoggerAsyncStart { get; }

    /// <summary>What logs to the console while no logger runs.</summary>
    public MinimalLogger StdoutLogger { get; } = new StandardOutLogger();

    /// <summary><c>akka.logger-formatter</c>: what formats messages.</summary>
    public ILogMessageFormatter LogFormatter { get; }

    /// <summary><c>akka.log-config-on-start</c>.</summary>
    public bool LogConfigOnStart { get; }

    /// <summary><c>akka.log-dead-letters</c>: how many; 0 none, <see cref="int.MaxValue"/> all.</summary>
    public int LogDeadLetters { get; }

    /// <summary><c>akka.log-dead-letters-suspend-duration</c>.</summary>
    public TimeSpan LogDeadLettersSuspendDuration { get; }

    /// <summary><c>akka.log-dead-letters-during-shutdown</c>.</summary>
    public bool LogDeadLettersDuringShutdown { get; }

    /// <summary><c>akka.actor.debug.receive</c>.</summary>
    public bool AddLoggingReceive { get; }

    /// <summary><c>akka.actor.debug.autoreceive</c>.</summary>
    public bool DebugAutoReceive { get; }

    /// <summary><c>akka.actor.debug.lifecycle</c>.</summary>
    public bool DebugLifecycle { get; }

    /// <summary><c>akka.actor.debug.event-stream</c>.</summary>
    public bool DebugEventStream { get; }

    /// <summary><c>akka.actor.debug.unhandled</c>.</summary>
    public bool DebugUnhandledMessage { get; }

    /// <summary><c>akka.actor.debug.log-timers</c>.</summary>
    public bool DebugTimerScheduler { get; }

    /// <summary><c>akka.home</c>.</summary>
    public string Home { get; }

    /// <summary><c>akka.scheduler.implementation</c>.</summary>
    public string SchedulerClass { get; }

    /// <summary><c>akka.scheduler.shutdown-timeout</c>.</summary>
    public TimeSpan SchedulerShutdownTimeout { get; }

    /// <summary><c>akka.coordinated-shutdown.terminate-actor-system</c>.</summary>
    public bool CoordinatedShutdownTerminateActorSystem { get; }

    /// <summary><c>akka.coordinated-shutdown.run-by-actor-system-terminate</c>.</summary>
    public bool CoordinatedShutdownRunByActorSystemTerminate { get; }

    /// <summary>Adds values for what the configuration does not say yet.</summary>
    public void InjectTopLevelFallback(Config config) => Config = Config.SafeWithFallback(config);

    /// <inheritdoc/>
    public override string ToString() => Config.ToString();

    private static ILogMessageFormatter ReadFormatter(string? className)
    {
        if (string.IsNullOrEmpty(className))
            return DefaultLogMessageFormatter.Instance;
        return Internal.TypeNames.Find(className) is { } type && typeof(ILogMessageFormatter).IsAssignableFrom(type)
            ? type == typeof(DefaultLogMessageFormatter) ? DefaultLogMessageFormatter.Instance : (ILogMessageFormatter)Activator.CreateInstance(type)!
            : throw new ConfigurationException($"akka.logger-formatter: expected the name of an ILogMessageFormatter, found '{className}'.");
    }

    private static (int Count, TimeSpan Pause) ReadDeadLetters(Config config)
    {
        var text = config.GetString("akka.log-dead-letters", "10").ToLowerInvariant();
        var count = text switch
        {
            "off" or "false" or "no" => 0,
            "on" or "true" or "yes" => int.MaxValue,
            _ => config.GetInt("akka.log-dead-letters"),
        };
        var pause = config.GetString("akka.log-dead-letters-suspend-duration", "5m") is "infinite" or "infinity"
            ? Timeout.InfiniteTimeSpan
            : config.GetTimeSpan("akka.log-dead-letters-suspend-duration", TimeSpan.FromMinutes(5));
        return (count, pause);
    }
}
