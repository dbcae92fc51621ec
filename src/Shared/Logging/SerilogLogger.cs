using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using LogEvent = Akka.Event.LogEvent;

namespace Trapline.Shared.Logging;

/// <summary>
/// Passes the actor system's log to Serilog's <see cref="Log.Logger"/>: message template and arguments as they are, so that
/// arguments become properties, with the source, the actor's path and the exception. Named by <c>akka.loggers</c>.
/// </summary>
public sealed class SerilogLogger : ReceiveActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    /// <summary>Creates the actor.</summary>
    public SerilogLogger()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(Write);
    }

    /// <summary>Writes one event of the actor system's log.</summary>
    internal static void Write(LogEvent logged)
    {
        var level = LevelOf(logged.LogLevel());
        if (!Log.Logger.IsEnabled(level))
            return;
        var message = logged.Message;
        var logger = ForSource(Log.Logger, logged);
        while (message is MessageWithProperty outer)
        {
            logger = logger.ForContext(outer.Name, outer.Value);
            message = outer.Inner;
        }

        if (message is LogMessage structured)
            logger.Write(level, logged.Cause, structured.Format, [.. structured.Parameters()]);
        else
            logger.Write(level, logged.Cause, "{Message:l}", message?.ToString());
    }

    private static ILogger ForSource(ILogger logger, LogEvent logged)
    {
        logger = logger
            .ForContext(Constants.SourceContextPropertyName, logged.LogClass?.FullName)
            .ForContext(LogProperties.LogSource, logged.LogSource)
            .ForContext(LogProperties.Thread, logged.Thread.ManagedThreadId);
        return PathOf(logged.LogSource) is { } path ? logger.ForContext(LogProperties.ActorPath, path) : logger;
    }

    // An actor's log source is its path, in brackets on some versions, perhaps with its incarnation number.
    private static string? PathOf(string? source)
    {
        var path = source?.Trim('[', ']');
        if (path is null || !path.StartsWith("akka", StringComparison.Ordinal) || !path.Contains("://", StringComparison.Ordinal))
            return null;
        var uid = path.LastIndexOf('#');
        return uid < 0 ? path : path[..uid];
    }

    private static LogEventLevel LevelOf(LogLevel level) => level switch
    {
        LogLevel.DebugLevel => LogEventLevel.Debug,
        LogLevel.InfoLevel => LogEventLevel.Information,
        LogLevel.WarningLevel => LogEventLevel.Warning,
        _ => LogEventLevel.Error,
    };
}
