using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Configuration;

namespace Akka.Event;

/// <summary>Logs on behalf of one source.</summary>
public interface ILoggingAdapter
{
    /// <summary>What formats messages.</summary>
    ILogMessageFormatter Formatter { get; }

    /// <summary>Whether debug entries are logged.</summary>
    bool IsDebugEnabled { get; }

    /// <summary>Whether info entries are logged.</summary>
    bool IsInfoEnabled { get; }

    /// <summary>Whether warnings are logged.</summary>
    bool IsWarningEnabled { get; }

    /// <summary>Whether errors are logged.</summary>
    bool IsErrorEnabled { get; }

    /// <summary>Whether entries of that level are logged.</summary>
    bool IsEnabled(LogLevel logLevel);

    /// <summary>Logs a template with arguments.</summary>
    void Log(LogLevel logLevel, Exception? cause, LogMessage message);

    /// <summary>Logs text.</summary>
    void Log(LogLevel logLevel, Exception? cause, string format);
}

/// <summary>Base of logging adapters.</summary>
public abstract class LoggingAdapterBase : ILoggingAdapter
{
    /// <summary>For derived adapters.</summary>
    protected LoggingAdapterBase(ILogMessageFormatter logMessageFormatter)
    {
        ArgumentNullException.ThrowIfNull(logMessageFormatter);
        Formatter = logMessageFormatter;
    }

    /// <inheritdoc/>
    public ILogMessageFormatter Formatter { get; }

    /// <inheritdoc/>
    public abstract bool IsDebugEnabled { get; }

    /// <inheritdoc/>
    public abstract bool IsInfoEnabled { get; }

    /// <inheritdoc/>
    public abstract bool IsWarningEnabled { get; }

    /// <inheritdoc/>
    public abstract bool IsErrorEnabled { get; }

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel switch
    {
        LogLevel.DebugLevel => IsDebugEnabled,
        LogLevel.InfoLevel => IsInfoEnabled,
        LogLevel.WarningLevel => IsWarningEnabled,
        LogLevel.ErrorLevel => IsErrorEnabled,
        _ => throw new NotSupportedException($"Unknown LogLevel {logLevel}"),
    };

    /// <inheritdoc/>
    public void Log(LogLevel logLevel, Exception? cause, LogMessage message)
    {
        if (IsEnabled(logLevel))
            NotifyLog(logLevel, message, cause);
    }

    /// <inheritdoc/>
    public void Log(LogLevel logLevel, Exception? cause, string format)
    {
        if (IsEnabled(logLevel))
            NotifyLog(logLevel, format, cause);
    }

    /// <summary>Logs an entry whose level is enabled.</summary>
    protected abstract void NotifyLog(LogLevel logLevel, object message, Exception? cause = null);
}

/// <summary>Logs by publishing entries on a bus.</summary>
public sealed class BusLogging : LoggingAdapterBase
{
    /// <summary>Logs on behalf of <paramref name="logSource"/>.</summary>
    public BusLogging(LoggingBus bus, string logSource, Type logClass, ILogMessageFormatter logMessageFormatter)
        : base(logMessageFormatter)
    {
        Bus = bus;
        LogSource = logSource;
        LogClass = logClass;
    }

    /// <summary>The bus.</summary>
    public LoggingBus Bus { get; }

    /// <summary>On whose behalf.</summary>
    public string LogSource { get; }

    /// <summary>Of which class.</summary>
    public Type LogClass { get; }

    /// <inheritdoc/>
    public override bool IsDebugEnabled => Bus.IsEnabled(LogLevel.DebugLevel);

    /// <inheritdoc/>
    public override bool IsInfoEnabled => Bus.IsEnabled(LogLevel.InfoLevel);

    /// <inheritdoc/>
    public override bool IsWarningEnabled => Bus.IsEnabled(LogLevel.WarningLevel);

    /// <inheritdoc/>
    public override bool IsErrorEnabled => Bus.IsEnabled(LogLevel.ErrorLevel);

    /// <inheritdoc/>
    protected override void NotifyLog(LogLevel logLevel, object message, Exception? cause = null) =>
        Bus.Publish(logLevel switch
        {
            LogLevel.DebugLevel => new Debug(cause, LogSource, LogClass, message),
            LogLevel.InfoLevel => new Info(cause, LogSource, LogClass, message),
            LogLevel.WarningLevel => new Warning(cause, LogSource, LogClass, message),
            _ => (LogEvent)new Error(cause, LogSource, LogClass, message),
        });
}

/// <summary>Logs nothing.</summary>
public sealed class NoLogger : ILoggingAdapter
{
    /// <summary>The only one.</summary>
    public static readonly ILoggingAdapter Instance = new NoLogger();

    private NoLogger()
    {
    }

    /// <inheritdoc/>
    public ILogMessageFormatter Formatter => DefaultLogMessageFormatter.Instance;

    /// <inheritdoc/>
    public bool IsDebugEnabled => false;

    /// <inheritdoc/>
    public bool IsInfoEnabled => false;

    /// <inheritdoc/>
    public bool IsWarningEnabled => false;

    /// <inheritdoc/>
    public bool IsErrorEnabled => false;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => false;

    /// <inheritdoc/>
    public void Log(LogLevel logLevel, Exception? cause, LogMessage message)
    {
    }

    /// <inheritdoc/>
    public void Log(LogLevel logLevel, Exception? cause, string format)
    {
    }
}

/// <summary>Makes logging adapters.</summary>
public static class Logging
{
    /// <summary>Above all levels: nothing is logged.</summary>
    internal const int OffThreshold = (int)LogLevel.ErrorLevel + 1;

    /// <summary>Logs on behalf of the actor with that context.</summary>
    public static ILoggingAdapter GetLogger(this IActorContext context, ILogMessageFormatter? logMessageFormatter = null)
    {
        var cell = (ActorCell)context;
        return new BusLogging(cell.SystemImpl.EventStream, cell.LogSource, cell.ActorType, logMessageFormatter ?? DefaultLogMessageFormatter.Instance);
    }

    /// <summary>Logs on behalf of an object, class or name.</summary>
    public static ILoggingAdapter GetLogger(ActorSystem system, object logSourceObj, ILogMessageFormatter? logMessageFormatter = null)
    {
        var source = LogSource.Create(logSourceObj, system);
        return new BusLogging(system.EventStream, source.Source, source.Type, logMessageFormatter ?? system.Settings.LogFormatter);
    }

    /// <summary>Logs on behalf of an object, class or name.</summary>
    public static ILoggingAdapter GetLogger(LoggingBus loggingBus, object logSourceObj, ILogMessageFormatter? logMessageFormatter = null)
    {
        var source = LogSource.Create(logSourceObj);
        return new BusLogging(loggingBus, source.Source, source.Type, logMessageFormatter ?? DefaultLogMessageFormatter.Instance);
    }

    /// <summary>The level named DEBUG, INFO, WARNING or ERROR.</summary>
    /// <exception cref="ArgumentException">There is no such level.</exception>
    public static LogLevel LogLevelFor(string logLevel)
    {
        var threshold = Threshold(logLevel);
        return threshold is null or OffThreshold
            ? throw new ArgumentException($"Unknown LogLevel: \"{logLevel}\". Valid values are: \"DEBUG\", \"INFO\", \"WARNING\", \"ERROR\"", nameof(logLevel))
            : (LogLevel)threshold;
    }

    /// <summary>The level of an entry's class.</summary>
    public static LogLevel LogLevelFor<T>()
        where T : LogEvent
    {
        var type = typeof(T);
        return type == typeof(Debug) ? LogLevel.DebugLevel
            : type == typeof(Info) ? LogLevel.InfoLevel
            : type == typeof(Warning) ? LogLevel.WarningLevel
            : type == typeof(Error) ? LogLevel.ErrorLevel
            : throw new ArgumentException($"Unknown LogEvent type: {type.FullName}", nameof(T));
    }

    /// <summary>The class of a level's entries.</summary>
    public static Type ClassFor(this LogLevel logLevel) => logLevel switch
    {
        LogLevel.DebugLevel => typeof(Debug),
        LogLevel.InfoLevel => typeof(Info),
        LogLevel.WarningLevel => typeof(Warning),
        LogLevel.ErrorLevel => typeof(Error),
        _ => throw new ArgumentException($"Unknown LogLevel {logLevel}", nameof(logLevel)),
    };

    /// <summary>The name of a level.</summary>
    public static string StringFor(this LogLevel logLevel) => logLevel switch
    {
        LogLevel.DebugLevel => "DEBUG",
        LogLevel.InfoLevel => "INFO",
        LogLevel.WarningLevel => "WARNING",
        LogLevel.ErrorLevel => "ERROR",
        _ => throw new ArgumentException($"Unknown LogLevel {logLevel}", nameof(logLevel)),
    };

    /// <summary>The short name of an object's class.</summary>
    public static string SimpleName(object o) => SimpleName(o.GetType());

    /// <summary>The short name of a class.</summary>
    public static string SimpleName(Type t) => t.Name;

    /// <summary>The level that a configuration value names, with OFF above all others.</summary>
    internal static int ThresholdFor(string value, string key) => Threshold(value) ?? throw new ConfigurationException(
        $"{key} is '{value}'; expected DEBUG, INFO, WARNING, ERROR or OFF.");

    private static int? Threshold(string value) => value?.ToUpperInvariant() switch
    {
        "DEBUG" => (int)LogLevel.DebugLevel,
        "INFO" => (int)LogLevel.InfoLevel,
        "WARNING" => (int)LogLevel.WarningLevel,
        "ERROR" => (int)LogLevel.ErrorLevel,
        "OFF" => OffThreshold,
        _ => null,
    };
}

/// <summary>Who logs, as text and class.</summary>
public struct LogSource
{
    private LogSource(string source, Type type)
    {
        Source = source;
        Type = type;
    }

    /// <summary>As text.</summary>
    public string Source { get; }

    /// <summary>As class.</summary>
    public Type Type { get; }

    /// <summary>From an object, class or name.</summary>
    public static LogSource Create(object o) => o switch
    {
        IActorContext context => new LogSource(context.Self.Path.ToString(), SourceType(o)),
        IActorRef actor => new LogSource(actor.Path.ToString(), SourceType(o)),
        string name => new LogSource(name, SourceType(o)),
        Type type => new LogSource(Logging.SimpleName(type), type),
        _ => new LogSource(Logging.SimpleName(o), o.GetType()),
    };

    /// <summary>From an object, class or name, with the system's name.</summary>
    public static LogSource Create(object o, ActorSystem system) => o switch
    {
        IActorContext context => new LogSource(FromActor(context, system), SourceType(o)),
        IActorRef actor => new LogSource(FromActorRef(actor, system), SourceType(o)),
        string name => new LogSource(FromString(name, system), SourceType(o)),
        Type type => new LogSource(FromType(type, system), type),
        _ => new LogSource(FromType(o.GetType(), system), o.GetType()),
    };

    /// <summary>From text and class.</summary>
    public static LogSource Create(string source, Type t) => new(source, t);

    /// <summary>The class of a source.</summary>
    public static Type SourceType(object o) => o switch
    {
        Type type => type,
        ActorCell cell => cell.ActorType,
        IActorContext context => context.Props.Type,
        IActorRef actor => actor.GetType(),
        string => typeof(DummyClassForStringSources),
        _ => o.GetType(),
    };

    /// <summary>The text for a class.</summary>
    public static string FromType(Type t, ActorSystem system) => $"{Logging.SimpleName(t)} ({system})";

    /// <summary>The text for a name.</summary>
    public static string FromString(string source, ActorSystem system) => $"{source} ({system})";

    /// <summary>The text for an actor.</summary>
    public static string FromActor(IActorContext actor, ActorSystem system) => FromActorRef(actor.Self, system);

    /// <summary>The text for a reference.</summary>
    public static string FromActorRef(IActorRef a, ActorSystem system) => a.Path.ToString();
}
