namespace Akka.Event;

// The debug methods, one per number of arguments, so that a message that is not logged costs no boxing and no array.
public static partial class LoggingExtensions
{
    /// <summary>Logs at debug level.</summary>
    public static void Debug(this ILoggingAdapter log, string format)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, null, format);
    }

    /// <summary>Logs at debug level, with an exception.</summary>
    public static void Debug(this ILoggingAdapter log, Exception? cause, string format)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, cause, format);
    }

    /// <summary>Logs at debug level.</summary>
    public static void Debug(this ILoggingAdapter log, string format, object[] args)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, null, new FormattedLogMessage(log.Formatter, format, args));
    }

    /// <summary>Logs at debug level, with an exception.</summary>
    public static void Debug(this ILoggingAdapter log, Exception? cause, string format, object[] args)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, cause, new FormattedLogMessage(log.Formatter, format, args));
    }

    /// <summary>Logs at debug level, with one argument.</summary>
    public static void Debug<T1>(this ILoggingAdapter log, string format, T1 arg1)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, null, new FormattedLogMessage(log.Formatter, format, arg1));
    }

    /// <summary>Logs at debug level, with an exception and one argument.</summary>
    public static void Debug<T1>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, cause, new FormattedLogMessage(log.Formatter, format, arg1));
    }

    /// <summary>Logs at debug level, with two arguments.</summary>
    public static void Debug<T1, T2>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, null, new FormattedLogMessage(log.Formatter, format, arg1, arg2));
    }

    /// <summary>Logs at debug level, with an exception and two arguments.</summary>
    public static void Debug<T1, T2>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, cause, new FormattedLogMessage(log.Formatter, format, arg1, arg2));
    }

    /// <summary>Logs at debug level, with three arguments.</summary>
    public static void Debug<T1, T2, T3>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, null, new FormattedLogMessage(log.Formatter, format, arg1, arg2, arg3));
    }

    /// <summary>Logs at debug level, with an exception and three arguments.</summary>
    public static void Debug<T1, T2, T3>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, cause, new FormattedLogMessage(log.Formatter, format, arg1, arg2, arg3));
    }

    /// <summary>Logs at debug level, with four arguments.</summary>
    public static void Debug<T1, T2, T3, T4>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, null, new FormattedLogMessage(log.Formatter, format, arg1, arg2, arg3, arg4));
    }

    /// <summary>Logs at debug level, with an exception and four arguments.</summary>
    public static void Debug<T1, T2, T3, T4>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, cause, new FormattedLogMessage(log.Formatter, format, arg1, arg2, arg3, arg4));
    }

    /// <summary>Logs at debug level, with five arguments.</summary>
    public static void Debug<T1, T2, T3, T4, T5>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, null, new FormattedLogMessage(log.Formatter, format, arg1, arg2, arg3, arg4, arg5));
    }

    /// <summary>Logs at debug level, with an exception and five arguments.</summary>
    public static void Debug<T1, T2, T3, T4, T5>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, cause, new FormattedLogMessage(log.Formatter, format, arg1, arg2, arg3, arg4, arg5));
    }

    /// <summary>Logs at debug level, with six arguments.</summary>
    public static void Debug<T1, T2, T3, T4, T5, T6>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, null, new FormattedLogMessage(log.Formatter, format, arg1, arg2, arg3, arg4, arg5, arg6));
    }

    /// <summary>Logs at debug level, with an exception and six arguments.</summary>
    public static void Debug<T1, T2, T3, T4, T5, T6>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, cause, new FormattedLogMessage(log.Formatter, format, arg1, arg2, arg3, arg4, arg5, arg6));
    }
}
