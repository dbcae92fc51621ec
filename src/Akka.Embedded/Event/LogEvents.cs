using Akka.Actor;

namespace Akka.Event;

/// <summary>How important a log entry is.</summary>
public enum LogLevel
{
    /// <summary>Of interest to developers.</summary>
    DebugLevel,

    /// <summary>Of interest to operators.</summary>
    InfoLevel,

    /// <summary>Might become a problem.</summary>
    WarningLevel,

    /// <summary>Is a problem.</summary>
    ErrorLevel,
}

/// <summary>A log entry on the event stream.</summary>
public abstract class LogEvent : INoSerializationVerificationNeeded
{
    private readonly Thread _thread = Thread.CurrentThread;

    /// <summary>Now, on this thread.</summary>
    protected LogEvent() => Timestamp = TimeProvider.System.GetUtcNow().UtcDateTime;

    /// <summary>The exception, if there is one.</summary>
    public Exception? Cause { get; protected set; }

    /// <summary>When it was logged (UTC).</summary>
    public DateTime Timestamp { get; }

    /// <summary>On which thread it was logged.</summary>
    public Thread Thread => _thread;

    /// <summary>Who logged it: an actor's path or a name.</summary>
    public string LogSource { get; protected set; } = "";

    /// <summary>The class that logged it.</summary>
    public Type LogClass { get; protected set; } = typeof(DummyClassForStringSources);

    /// <summary>Text, or a <see cref="LogMessage"/> with template and arguments.</summary>
    public object Message { get; protected set; } = "";

    /// <summary>How important it is.</summary>
    public abstract LogLevel LogLevel();

    /// <inheritdoc/>
    public override string ToString()
    {
        var level = LogLevel().ToString().Replace("Level", "", StringComparison.Ordinal).ToUpperInvariant();
        var head = $"[{level}][{Timestamp:MM/dd/yyyy HH:mm:ss.fffzzz}][Thread {Thread.ManagedThreadId:0000}][{LogSource}] {Message}";
        return Cause is null ? head : $"{head}{Environment.NewLine}Cause: {Cause}";
    }
}

/// <summary>At error level.</summary>
public class Error : LogEvent
{
    /// <summary>Logs <paramref name="message"/>.</summary>
    public Error(Exception? cause, string logSource, Type logClass, object message)
    {
        Cause = cause;
        LogSource = logSource;
        LogClass = logClass;
        Message = message;
    }

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Event.LogLevel.ErrorLevel;
}

/// <summary>At warning level.</summary>
public class Warning : LogEvent
{
    /// <summary>Logs <paramref name="message"/>.</summary>
    public Warning(string logSource, Type logClass, object message)
        : this(null, logSource, logClass, message)
    {
    }

    /// <summary>Logs <paramref name="message"/>.</summary>
    public Warning(Exception? cause, string logSource, Type logClass, object message)
    {
        Cause = cause;
        LogSource = logSource;
        LogClass = logClass;
        Message = message;
    }

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Event.LogLevel.WarningLevel;
}

/// <summary>At info level.</summary>
public class Info : LogEvent
{
    /// <summary>Logs <paramref name="message"/>.</summary>
    public Info(string logSource, Type logClass, object message)
        : this(null, logSource, logClass, message)
    {
    }

    /// <summary>Logs <paramref name="message"/>.</summary>
    public Info(Exception? cause, string logSource, Type logClass, object message)
    {
        Cause = cause;
        LogSource = logSource;
        LogClass = logClass;
        Message = message;
    }

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Event.LogLevel.InfoLevel;
}

/// <summary>At debug level.</summary>
public class Debug : LogEvent
{
    /// <summary>Logs <paramref name="message"/>.</summary>
    public Debug(string logSource, Type logClass, object message)
        : this(null, logSource, logClass, message)
    {
    }

    /// <summary>Logs <paramref name="message"/>.</summary>
    public Debug(Exception? cause, string logSource, Type logClass, object message)
    {
        Cause = cause;
        LogSource = logSource;
        LogClass = logClass;
        Message = message;
    }

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Event.LogLevel.DebugLevel;
}

/// <summary>The class of entries whose source is only a name.</summary>
public class DummyClassForStringSources
{
}

/// <summary>Asks a logger to subscribe; answered with <see cref="LoggerInitialized"/>.</summary>
public class InitializeLogger : INoSerializationVerificationNeeded
{
    /// <summary>Names the bus that the logger listens to.</summary>
    public InitializeLogger(LoggingBus loggingBus) => LoggingBus = loggingBus;

    /// <summary>The bus that the logger listens to.</summary>
    public LoggingBus LoggingBus { get; }
}

/// <summary>A logger is ready.</summary>
public class LoggerInitialized : INoSerializationVerificationNeeded, IDeadLetterSuppression
{
}
