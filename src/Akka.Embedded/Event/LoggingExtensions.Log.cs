namespace Akka.Event;

/// <summary>Logs with message templates.</summary>
public static partial class LoggingExtensions
{
    /// <summary>Logs at a level.</summary>
    public static void Log(this ILoggingAdapter log, LogLevel level, string format)
    {
        if (log.IsEnabled(level))
            log.Log(level, null, format);
    }

    /// <summary>Logs at a level.</summary>
    public static void Log(this ILoggingAdapter log, LogLevel level, string format, object[] args)
    {
        if (log.IsEnabled(level))
            log.Log(level, null, new FormattedLogMessage(log.Formatter, format, args));
    }

    /// <summary>Logs at a level, with an exception.</summary>
    public static void Log(this ILoggingAdapter log, LogLevel level, Exception? cause, string format, object[] args)
    {
        if (log.IsEnabled(level))
            log.Log(level, cause, new FormattedLogMessage(log.Formatter, format, args));
    }

    /// <summary>Logs at a level, with an exception and arguments.</summary>
    public static void Log<T1>(this ILoggingAdapter log, LogLevel logLevel, Exception? cause, string format, T1 arg1)
    {
        if (log.IsEnabled(logLevel))
            log.Log(logLevel, cause, new FormattedLogMessage(log.Formatter, format, arg1));
    }

    /// <summary>Logs at a level, with an exception and arguments.</summary>
    public static void Log<T1, T2>(this ILoggingAdapter log, LogLevel logLevel, Exception? cause, string format, T1 arg1, T2 arg2)
    {
        if (log.IsEnabled(logLevel))
            log.Log(logLevel, cause, new FormattedLogMessage(log.Formatter, format, arg1, arg2));
    }

    /// <summary>Logs at a level, with an exception and arguments.</summary>
    public static void Log<T1, T2, T3>(this ILoggingAdapter log, LogLevel logLevel, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (log.IsEnabled(logLevel))
            log.Log(logLevel, cause, new FormattedLogMessage(log.Formatter, format, arg1, arg2, arg3));
    }

    /// <summary>Logs at a level, with an exception and arguments.</summary>
    public static void Log<T1, T2, T3, T4>(this ILoggingAdapter log, LogLevel logLevel, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
    {
        if (log.IsEnabled(logLevel))
            log.Log(logLevel, cause, new FormattedLogMessage(log.Formatter, format, arg1, arg2, arg3, arg4));
    }

    /// <summary>Logs at a level, with an exception and arguments.</summary>
    public static void Log<T1, T2, T3, T4, T5>(this ILoggingAdapter log, LogLevel logLevel, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5)
    {
        if (log.IsEnabled(logLevel))
            log.Log(logLevel, cause, new FormattedLogMessage(log.Formatter, format, arg1, arg2, arg3, arg4, arg5));
    }

    /// <summary>Logs at a level, with an exception and arguments.</summary>
    public static void Log<T1, T2, T3, T4, T5, T6>(this ILoggingAdapter log, LogLevel logLevel, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6)
    {
        if (log.IsEnabled(logLevel))
            log.Log(logLevel, cause, new FormattedLogMessage(log.Formatter, format, arg1, arg2, arg3, arg4, arg5, arg6));
    }
}
