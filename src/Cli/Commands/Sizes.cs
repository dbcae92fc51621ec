using System.Globalization;

namespace Trapline.Cli.Commands;

/// <summary>Sizes and times as people write them.</summary>
internal static class Sizes
{
    /// <summary>Reads <c>256M</c>, <c>1G</c>, <c>65536K</c> or bytes.</summary>
    public static bool TryParse(string text, out ulong bytes)
    {
        bytes = 0;
        if (text.Length == 0)
            return false;
        var shift = char.ToUpperInvariant(text[^1]) switch
        {
            'K' => 10,
            'M' => 20,
            'G' => 30,
            _ => 0,
        };
        var digits = shift == 0 ? text : text[..^1];
        if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > ulong.MaxValue >> shift)
            return false;
        bytes = number << shift;
        return true;
    }

    /// <summary>Reads a hexadecimal address, with or without <c>0x</c>.</summary>
    public static bool TryParseAddress(string text, out ulong address)
    {
        var digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        return ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out address);
    }

    /// <summary>Reads seconds, whole or not.</summary>
    public static bool TryParseSeconds(string text, out TimeSpan time)
    {
        time = TimeSpan.Zero;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) || seconds is not (>= 0 and < 1e9))
            return false;
        time = TimeSpan.FromSeconds(seconds);
        return true;
    }
}
