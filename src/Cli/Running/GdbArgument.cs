using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Trapline.Cli.Running;

/// <summary>The value of <c>--gdb</c>.</summary>
/// <param name="Port">A TCP port of the loopback interface.</param>
/// <param name="Wait">Whether the machine waits for the debugger.</param>
internal sealed record GdbArgument(int Port, bool Wait)
{
    /// <summary>Reads <c>:1234</c>, <c>1234</c> or either with <c>,wait</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out GdbArgument? argument)
    {
        argument = null;
        var parts = text.Split(',');
        var wait = parts is [_, "wait"];
        if ((parts.Length != 1 && !wait)
            || !int.TryParse(parts[0].TrimStart(':'), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 65535)
        {
            return false;
        }

        argument = new GdbArgument(port, wait);
        return true;
    }
}
