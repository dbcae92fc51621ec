using System.Text.RegularExpressions;
using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

/// <summary>Waits for log entries: first says which, then what is to cause them.</summary>
public class EventFilterFactory
{
    private readonly TestKitBase _testkit;
    private readonly ActorSystem _system;
    private readonly IReadOnlyList<LogEventFilter> _filters;

    /// <summary>Filters in the kit's own system.</summary>
    public EventFilterFactory(TestKitBase testkit)
        : this(testkit, testkit.Sys, [])
    {
    }

    /// <summary>Filters in <paramref name="system"/>.</summary>
    public EventFilterFactory(TestKitBase testkit, ActorSystem system)
        : this(testkit, system, [])
    {
    }

    internal EventFilterFactory(TestKitBase testkit, ActorSystem system, IReadOnlyList<LogEventFilter> filters)
    {
        _testkit = testkit;
        _system = system;
        _filters = filters;
    }

    /// <summary>Entries for which <paramref name="predicate"/> is true.</summary>
    public IEventFilterApplier Custom(Predicate<LogEvent> predicate) => Of(new LogEventFilter(predicate));

    /// <summary>Entries of a type for which <paramref name="predicate"/> is true.</summary>
    public IEventFilterApplier Custom<TLogEvent>(Predicate<TLogEvent> predicate)
        where TLogEvent : LogEvent => Of(new LogEventFilter(e => e is TLogEvent typed && predicate(typed)));

    /// <summary>Debug entries with such a text.</summary>
    public IEventFilterApplier Debug(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        ForLogLevel(LogLevel.DebugLevel, message, start, contains, source);

    /// <summary>Debug entries with such a text.</summary>
    public IEventFilterApplier Debug(Regex pattern, string? source = null) => ForLogLevel(LogLevel.DebugLevel, pattern, source);

    /// <summary>Info entries with such a text.</summary>
    public IEventFilterApplier Info(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        ForLogLevel(LogLevel.InfoLevel, message, start, contains, source);

    /// <summary>Info entries with such a text.</summary>
    public IEventFilterApplier Info(Regex pattern, string? source = null) => ForLogLevel(LogLevel.InfoLevel, pattern, source);

    /// <summary>Warnings with such a text.</summary>
    public IEventFilterApplier Warning(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        ForLogLevel(LogLevel.WarningLevel, message, start, contains, source);

    /// <summary>Warnings with such a text.</summary>
    public IEventFilterApplier Warning(Regex pattern, string? source = null) => ForLogLevel(LogLevel.WarningLevel, pattern, source);

    /// <summary>Errors with such a text.</summary>
    public IEventFilterApplier Error(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        ForLogLevel(LogLevel.ErrorLevel, message, start, contains, source);

    /// <summary>Errors with such a text.</summary>
    public IEventFilterApplier Error(Regex pattern, string? source = null) => ForLogLevel(LogLevel.ErrorLevel, pattern, source);

    /// <summary>Entries of that level with such a text.</summary>
    public IEventFilterApplier ForLogLevel(LogLevel logLevel, string? message = null, string? start = null, string? contains = null, string? source = null)
    {
        var text = new TextMatch(message, start, contains, null);
        return Of(new LogEventFilter(e => e.LogLevel() == logLevel && IsFrom(e, source) && text.Fits(e.Message?.ToString())));
    }

    /// <summary>Entries of that level with such a text.</summary>
    public IEventFilterApplier ForLogLevel(LogLevel logLevel, Regex pattern, string? source = null)
    {
        var text = new TextMatch(null, null, null, pattern);
        return Of(new LogEventFilter(e => e.LogLevel() == logLevel && IsFrom(e, source) && text.Fits(e.Message?.ToString())));
    }

    /// <summary>Errors with such an exception.</summary>
    public IEventFilterApplier Exception<TException>(string? message = null, string? start = null, string? contains = null, string? source = null)
        where TException : Exception => Exception(typeof(TException), message, start, contains, source);

    /// <summary>Errors with such an exception.</summary>
    public IEventFilterApplier Exception<TException>(Regex pattern, string? source = null)
        where TException : Exception => Exception(typeof(TException), pattern, source);

    /// <summary>Errors with such an exception.</summary>
    public IEventFilterApplier Exception(
        Type exceptionType, string? message = null, string? start = null, string? contains = null, string? source = null, bool checkInnerExceptions = false) =>
        OfException(exceptionType, new TextMatch(message, start, contains, null), source, checkInnerExceptions);

    /// <summary>Errors with such an exception.</summary>
    public IEventFilterApplier Exception(Type exceptionType, Regex pattern, string? source = null, bool checkInnerExceptions = false) =>
        OfException(exceptionType, new TextMatch(null, null, null, pattern), source, checkInnerExceptions);

    /// <summary>Dead letters.</summary>
    public IEventFilterApplier DeadLetter() => OfDeadLetter(static _ => true, null);

    /// <summary>Dead letters with such a message.</summary>
    public IEventFilterApplier DeadLetter<TMessage>(string? source = null) => OfDeadLetter(static m => m is TMessage, source);

    /// <summary>Dead letters with such a message.</summary>
    public IEventFilterApplier DeadLetter<TMessage>(Func<TMessage, bool> isMatch, string? source = null) =>
        OfDeadLetter(m => m is TMessage typed && isMatch(typed), source);

    /// <summary>Dead letters with such a message.</summary>
    public IEventFilterApplier DeadLetter(Type type, string? source = null) => OfDeadLetter(type.IsInstanceOfType, source);

    /// <summary>Dead letters with such a message.</summary>
    public IEventFilterApplier DeadLetter(Type type, Func<object, bool> isMatch, string? source = null) =>
        OfDeadLetter(m => type.IsInstanceOfType(m) && isMatch(m), source);

    private EventFilterApplier OfException(Type type, TextMatch text, string? source, bool checkInner)
    {
        return Of(new LogEventFilter(e => e is Error && IsFrom(e, source) && Fits(e.Cause, e)));

        bool Fits(Exception? cause, LogEvent e) => cause is not null &&
            ((type.IsInstanceOfType(cause) && (text.Fits(cause.Message) || text.Fits(e.Message?.ToString()))) ||
             (checkInner && (cause is AggregateException many ? many.InnerExceptions.Any(inner => Fits(inner, e)) : Fits(cause.InnerException, e))));
    }

    private EventFilterApplier OfDeadLetter(Predicate<object> fits, string? source) => Of(new LogEventFilter(e =>
        e is Warning { Message: DeadLetter letter } && fits(letter.Message) && (source is null || letter.Recipient.Path.ToString() == source || e.LogSource == source)));

    private EventFilterApplier Of(LogEventFilter filter) => new(_testkit, _system, [.. _filters, filter]);

    private static bool IsFrom(LogEvent e, string? source) => source is null || e.LogSource == source;
}
