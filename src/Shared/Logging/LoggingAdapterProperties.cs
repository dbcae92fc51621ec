using Akka.Event;
using Trapline.Shared.Ids;

namespace Trapline.Shared.Logging;

/// <summary>Loggers that add properties to all they log.</summary>
public static class LoggingAdapterProperties
{
    /// <summary>A logger that adds a property.</summary>
    public static ILoggingAdapter With(this ILoggingAdapter log, string name, object value) =>
        new LoggingAdapterWithProperty(log, name, value);

    /// <summary>A logger for one incarnation of a VM.</summary>
    public static ILoggingAdapter ForVm(this ILoggingAdapter log, VmId vm, Incarnation incarnation) =>
        log.With(LogProperties.Vm, vm.Value).With(LogProperties.Incarnation, incarnation.Value);

    /// <summary>A logger for one kind of event.</summary>
    public static ILoggingAdapter ForEvent(this ILoggingAdapter log, string eventId) => log.With(LogProperties.EventId, eventId);
}

/// <summary>Wraps each message in one that carries the property; <see cref="SerilogLogger"/> unwraps it.</summary>
internal sealed class LoggingAdapterWithProperty(ILoggingAdapter inner, string name, object value) : ILoggingAdapter
{
    public ILogMessageFormatter Formatter => inner.Formatter;

    public bool IsDebugEnabled => inner.IsDebugEnabled;

    public bool IsInfoEnabled => inner.IsInfoEnabled;

    public bool IsWarningEnabled => inner.IsWarningEnabled;

    public bool IsErrorEnabled => inner.IsErrorEnabled;

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log(LogLevel logLevel, Exception? cause, LogMessage message) =>
        inner.Log(logLevel, cause, new MessageWithProperty(Formatter, message, name, value));

    public void Log(LogLevel logLevel, Exception? cause, string format) =>
        inner.Log(logLevel, cause, new MessageWithProperty(Formatter, format, name, value));
}

/// <summary>A message with one property more. Loggers that do not know it see the message alone.</summary>
internal sealed class MessageWithProperty : LogMessage
{
    /// <summary>Wraps a message with arguments.</summary>
    public MessageWithProperty(ILogMessageFormatter formatter, LogMessage inner, string name, object value)
        : base(formatter, inner.Format)
    {
        Inner = inner;
        Name = name;
        Value = value;
    }

    /// <summary>Wraps a plain text.</summary>
    public MessageWithProperty(ILogMessageFormatter formatter, string text, string name, object value)
        : base(formatter, text)
    {
        Inner = text;
        Name = name;
        Value = value;
    }

    /// <summary>The message: a <see cref="LogMessage"/> or a text.</summary>
    public object Inner { get; }

    /// <summary>The property's name.</summary>
    public string Name { get; }

    /// <summary>The property's value.</summary>
    public object Value { get; }

    /// <inheritdoc/>
    public override IEnumerable<object> Parameters() => Inner is LogMessage message ? message.Parameters() : [];

    /// <inheritdoc/>
    public override string Unformatted() => Inner is LogMessage message ? message.Unformatted() : Format;

    /// <inheritdoc/>
    public override string ToString() => Inner.ToString() ?? "";
}
