using System.Globalization;

namespace Trapline.Cluster.Bench;

/// <summary>What the command line says behind the measurement's name.</summary>
/// <param name="Parts">Which parts of it; empty for all.</param>
/// <param name="Count">How often each is repeated.</param>
internal sealed record BenchOptions(IReadOnlyList<string> Parts, int Count)
{
    private const int DefaultCount = 30;

    public static bool TryParse(IReadOnlyList<string> arguments, out BenchOptions options)
    {
        var parts = new List<string>();
        var count = DefaultCount;
        var isRight = true;
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--count")
                isRight &= ++i < arguments.Count && int.TryParse(arguments[i], NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0;
            else
                parts.Add(arguments[i]);
        }

        options = new BenchOptions(parts, count);
        return isRight;
    }

    /// <summary>Whether a part was asked for.</summary>
    public bool Wants(string part) => Parts.Count == 0 || Parts.Contains(part);
}
