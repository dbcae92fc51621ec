using System.Diagnostics.CodeAnalysis;
using Trapline.Hypervisor.Machine;

namespace Trapline.Cli.Commands;

/// <summary>The value of <c>--disk</c>: <c>FILE[,ro][,overlay=FILE]</c>.</summary>
internal static class DiskArgument
{
    private const string OverlayPrefix = "overlay=";

    /// <summary>Reads it; says what is wrong otherwise.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out DiskConfig? disk, [NotNullWhen(false)] out string? wrong)
    {
        disk = null;
        wrong = null;
        var parts = text.Split(',');
        var result = new DiskConfig(parts[0]);
        foreach (var part in parts.Skip(1))
        {
            if (part == "ro")
                result = result with { ReadOnly = true };
            else if (part.StartsWith(OverlayPrefix, StringComparison.Ordinal) && part.Length > OverlayPrefix.Length)
                result = result with { Overlay = part[OverlayPrefix.Length..] };
            else
                wrong = $"'{part}' is not known, give FILE[,ro][,overlay=FILE]";
        }

        if (parts[0].Length == 0)
            wrong = "there is no file name, give FILE[,ro][,overlay=FILE]";
        else if (result is { ReadOnly: true, Overlay: not null })
            wrong = "an overlay is for writing, give either ro or overlay=FILE";
        if (wrong is not null)
            return false;
        disk = result;
        return true;
    }
}
