using System.Collections.Frozen;
using System.Globalization;

namespace Akka.Configuration.Hocon;

/// <summary>Durations and sizes with their units (HOCON specification, "Duration format" and "Size in bytes format").</summary>
internal static class HoconUnits
{
    private static readonly FrozenDictionary<string, double> TicksPerUnit = Units(
        (0.01, ["ns", "nano", "nanos", "nanosecond", "nanoseconds"]),
        (TimeSpan.TicksPerMicrosecond, ["us", "micro", "micros", "microsecond", "microseconds"]),
        (TimeSpan.TicksPerMillisecond, ["", "ms", "milli", "millis", "millisecond", "milliseconds"]),
        (TimeSpan.TicksPerSecond, ["s", "second", "seconds"]),
        (TimeSpan.TicksPerMinute, ["m", "minute", "minutes"]),
        (TimeSpan.TicksPerHour, ["h", "hour", "hours"]),
        (TimeSpan.TicksPerDay, ["d", "day", "days"]));

    private static readonly FrozenDictionary<string, double> BytesPerUnit = Units(
        (1, ["", "B", "b", "byte", "bytes"]),
        (1e3, ["kB", "kilobyte", "kilobytes"]),
        (1e6, ["MB", "megabyte", "megabytes"]),
        (1e9, ["GB", "gigabyte", "gigabytes"]),
        (1e12, ["TB", "terabyte", "terabytes"]),
        (1e15, ["PB", "petabyte", "petabytes"]),
        (1e18, ["EB", "exabyte", "exabytes"]),
        (1L << 10, ["K", "k", "Ki", "KiB", "kibibyte", "kibibytes"]),
        (1L << 20, ["M", "m", "Mi", "MiB", "mebibyte", "mebibytes"]),
        (1L << 30, ["G", "g", "Gi", "GiB", "gibibyte", "gibibytes"]),
        (1L << 40, ["T", "t", "Ti", "TiB", "tebibyte", "tebibytes"]),
        (1L << 50, ["P", "p", "Pi", "PiB", "pebibyte", "pebibytes"]),
        (1L << 60, ["E", "e", "Ei", "EiB", "exbibyte", "exbibytes"]));

    /// <summary>Reads a duration; a bare number is in milliseconds.</summary>
    public static bool TryDuration(string text, bool allowInfinite, out TimeSpan duration)
    {
        if (allowInfinite && text.Equals("infinite", StringComparison.OrdinalIgnoreCase))
        {
            duration = Timeout.InfiniteTimeSpan;
            return true;
        }

        duration = default;
        if (!TryMeasure(text, TicksPerUnit, out var ticks))
            return false;
        duration = TimeSpan.FromTicks((long)ticks);
        return true;
    }

    /// <summary>Reads a size in bytes.</summary>
    public static bool TrySize(string text, out long bytes)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out bytes))
            return true;
        if (!TryMeasure(text, BytesPerUnit, out var measured))
            return false;
        bytes = (long)measured;
        return true;
    }

    private static bool TryMeasure(string text, FrozenDictionary<string, double> units, out double measured)
    {
        measured = 0;
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
            end++;
        if (!double.TryParse(text.AsSpan(0, end), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || !units.TryGetValue(text[end..].Trim(), out var unit))
        {
            return false;
        }

        measured = number * unit;
        return measured < long.MaxValue;
    }

    private static FrozenDictionary<string, double> Units(params (double Factor, string[] Names)[] units) =>
        units.SelectMany(u => u.Names.Select(n => KeyValuePair.Create(n, u.Factor))).ToFrozenDictionary(StringComparer.Ordinal);
}
