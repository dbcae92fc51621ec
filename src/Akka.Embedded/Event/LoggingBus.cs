using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Configuration;

namespace Akka.Event;

/// <summary>A bus that carries log entries to loggers.</summary>
public class LoggingBus : ActorEventBus<object, Type>
{
    private static readonly LogLevel[] Levels = [LogLevel.DebugLevel, LogLevel.InfoLevel, LogLevel.WarningLevel, LogLevel.ErrorLevel];

    private readonly List<IActorRef> _loggers = [];
    private volatile int _level = (int)LogLevel.InfoLevel;

    /// <summary>What is less important than this is not logged.</summary>
    public LogLevel LogLevel => (LogLevel)_level;

    /// <summary>Whether <paramref name="level"/> is logged; entries above all levels are not.</summary>
    internal bool IsEnabled(LogLevel level) => (int)level >= _level;

    /// <summary>Logs to the console until the loggers of the configuration run.</summary>
    public void StartStdoutLogger(Settings config) => StartStdoutLogger(config, Logging.ThresholdFor(config.StdoutLogLevel, "akka.stdout-loglevel"));

    private void StartStdoutLogger(Settings config, int level)
    {
        Subscribe(config.StdoutLogger, level);
        _level = level;
    }

    /// <summary>Changes what is logged.</summary>
    public void SetLogLevel(LogLevel logLevel) => SetThreshold((int)logLevel);

    /// <summary>Starts the loggers that <c>akka.loggers</c> names, waits for them, and ends the console logger.</summary>
    internal void StartLoggers(ActorSystemImpl system)
    {
        var settings = system.Settings;
        var level = Logging.ThresholdFor(settings.LogLevel, "akka.loglevel");
        foreach (var name in settings.Loggers)
        {
            var type = TypeNames.Find(name) ?? throw new ConfigurationException($"akka.loggers names the logger class '{name}', which cannot be found.");
            if (type == typeof(StandardOutLogger))
            {
                Subscribe(settings.StdoutLogger, level);
                _loggers.Add(settings.StdoutLogger);
                continue;
            }

            AddLogger(system, type, level);
        }

        _level = level;
        if (!_loggers.Contains(settings.StdoutLogger))
            Unsubscribe(settings.StdoutLogger);
        Publish(new Debug(Logging.SimpleName(this), GetType(), "Default Loggers started"));
    }

    /// <summary>Ends the loggers; what is logged later goes to the console.</summary>
    internal void StopLoggers(ActorSystemImpl system)
    {
        var settings = system.Settings;
        var level = Logging.ThresholdFor(settings.StdoutLogLevel, "akka.stdout-loglevel");
        if (!_loggers.Contains(settings.StdoutLogger))
            Subscribe(settings.StdoutLogger, Math.Max(level, _level));
        foreach (var logger in _loggers.Where(l => !ReferenceEquals(l, settings.StdoutLogger)))
        {
            Unsubscribe(logger);
            ((IInternalActorRef)logger).Stop();
        }
    }

    /// <inheritdoc/>
    protected override bool IsSubClassification(Type parent, Type child) => parent.IsAssignableFrom(child);

    /// <inheritdoc/>
    protected override void Publish(object @event, IActorRef subscriber) => subscriber.Tell(@event, ActorRefs.NoSender);

    /// <inheritdoc/>
    protected override bool Classify(object @event, Type classifier) => classifier.IsInstanceOfType(@event);

    /// <inheritdoc/>
    protected override Type GetClassifier(object @event) => @event.GetType();

    private void SetThreshold(int level)
    {
        _level = level;
        foreach (var logger in _loggers)
        {
            foreach (var each in Levels)
            {
                if ((int)each >= level)
                    Subscribe(logger, Logging.ClassFor(each));
                else
                    Unsubscribe(logger, Logging.ClassFor(each));
            }
        }
    }

    private void AddLogger(ActorSystemImpl system, Type type, int level)
    {
        var settings = system.Settings;
        var logger = system.SystemActorOf(
            Props.Create(type).WithDispatcher(settings.LoggersDispatcher), $"log{_loggers.Count + 1}-{type.Name}");
        var ready = logger.Ask(new InitializeLogger(this), settings.LoggerStartTimeout);
        _loggers.Add(logger);
        Subscribe(logger, level);
        if (settings.LoggerAsyncStart)
            return;
        try
        {
            if (ready.GetAwaiter().GetResult() is not LoggerInitialized)
                throw new LoggerInitializationException($"Logger {type.Name} did not respond with LoggerInitialized.");
        }
        catch (AskTimeoutException)
        {
            Publish(new Warning(Logging.SimpleName(this), GetType(), $"Logger {type.Name} did not respond within {settings.LoggerStartTimeout} to InitializeLogger."));
        }
    }

    private void Subscribe(IActorRef logger, int level)
    {
        foreach (var each in Levels.Where(l => (int)l >= level))
            Subscribe(logger, Logging.ClassFor(each));
    }
}
