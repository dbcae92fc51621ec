namespace Akka.Event;

/// <summary>A message template with its arguments, not formatted yet.</summary>
public abstract class LogMessage
{
    /// <summary>What formats it.</summary>
    protected readonly ILogMessageFormatter Formatter;

    /// <summary>For derived messages.</summary>
    public LogMessage(ILogMessageFormatter formatter, string format)
    {
        Formatter = formatter;
        Format = format;
    }

    /// <summary>The template.</summary>
    public string Format { get; }

    /// <summary>The template and its arguments, one after the other.</summary>
    public abstract string Unformatted();

    /// <summary>The arguments.</summary>
    public abstract IEnumerable<object> Parameters();
}

internal sealed class FormattedLogMessage(ILogMessageFormatter formatter, string format, params object?[]? args) : LogMessage(formatter, format)
{
    private readonly object?[] _args = args ?? [null];

    public override string Unformatted() => $"{Format} [{string.Join(", ", _args.Select(a => a ?? "null"))}]";

    public override IEnumerable<object> Parameters() => _args!;

    public override string ToString()
    {
        try
        {
            return Formatter.Format(Format, _args!);
        }
        catch (FormatException e)
        {
            return $"{Unformatted()} ({e.Message})";
        }
    }
}

/// <summary>Turns a template and its arguments into text.</summary>
public interface ILogMessageFormatter
{
    /// <summary>Formats.</summary>
    string Format(string format, params object[] args);

    /// <summary>Formats.</summary>
    string Format(string format, IEnumerable<object> args);
}

/// <summary>
/// Formats <c>{0}</c> as <see cref="string.Format(string, object[])"/> does. Named holes as Serilog has them (<c>{Vm}</c>) are
/// filled in order, so that structured templates read well on the console too.
/// </summary>
public class DefaultLogMessageFormatter : ILogMessageFormatter
{
    /// <summary>One is enough.</summary>
    public static readonly DefaultLogMessageFormatter Instance = new();

    private DefaultLogMessageFormatter()
    {
    }

    /// <inheritdoc/>
    public string Format(string format, params object[] args) =>
        HasNamedHoles(format) ? FillNamed(format, args) : string.Format(format, args);

    /// <inheritdoc/>
    public string Format(string format, IEnumerable<object> args) => Format(format, args.ToArray());

    private static bool HasNamedHoles(string format)
    {
        for (var i = 0; i + 1 < format.Length; i++)
        {
            if (format[i] != '{')
                continue;
            if (format[i + 1] == '{')
                i++;
            else if (char.IsLetter(format[i + 1]) || format[i + 1] is '@' or '$' or '_')
                return true;
        }

        return false;
    }

    private static string FillNamed(string format, object[] args)
    {
        var text = new System.Text.StringBuilder(format.Length + 32);
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            var c = format[i];
            if ((c is '{' or '}') && i + 1 < format.Length && format[i + 1] == c)
            {
                text.Append(c);
                i++;
                continue;
            }

            var end = c == '{' ? format.IndexOf('}', i) : -1;
            if (end < 0)
            {
                text.Append(c);
                continue;
            }

            var hole = format.AsSpan(i + 1, end - i - 1);
            var colon = hole.IndexOf(':');
            var value = next < args.Length ? args[next] : null;
            if (next++ >= args.Length)
                text.Append(format, i, end - i + 1);
            else if (colon >= 0 && value is IFormattable formattable)
                text.Append(formattable.ToString(hole[(colon + 1)..].ToString(), null));
            else
                text.Append(value ?? "null");
            i = end;
        }

        return text.ToString();
    }
}
