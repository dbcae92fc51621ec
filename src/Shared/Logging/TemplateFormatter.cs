using System.Globalization;
using Akka.Event;
using Serilog.Events;
using Serilog.Parsing;

namespace Trapline.Shared.Logging;

/// <summary>
/// Renders message templates, with arguments by name (<c>{Vm}</c>) or by position (<c>{0}</c>), for whoever prints the actor
/// system's messages as plain text. Named by <c>akka.logger-formatter</c>.
/// </summary>
public sealed class TemplateFormatter : ILogMessageFormatter
{
    private static readonly MessageTemplateParser Parser = new();

    /// <inheritdoc/>
    public string Format(string format, params object[] args)
    {
        var template = Parser.Parse(format);
        var values = new Dictionary<string, LogEventPropertyValue>(StringComparer.Ordinal);
        var position = 0;
        foreach (var token in template.Tokens.OfType<PropertyToken>())
        {
            var index = token.TryGetPositionalValue(out var named) ? named : position++;
            if (index < args.Length)
                values[token.PropertyName] = new ScalarValue(args[index] is string text ? new Plain(text) : args[index]);
        }

        return template.Render(values, CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public string Format(string format, IEnumerable<object> args) => Format(format, args.ToArray());

    // Serilog puts strings in quotes, other values not.
    private sealed record Plain(string Text)
    {
        public override string ToString() => Text;
    }
}
