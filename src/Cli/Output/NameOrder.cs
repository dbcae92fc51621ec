namespace Trapline.Cli.Output;

/// <summary>Names as people count: web-2 stands before web-10.</summary>
internal sealed class NameOrder : IComparer<string>
{
    private NameOrder()
    {
    }

    /// <summary>The only one.</summary>
    public static NameOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        var a = x.AsSpan();
        var b = y.AsSpan();
        while (a.Length > 0 && b.Length > 0)
        {
            var first = Part(a);
            var second = Part(b);
            var order = char.IsAsciiDigit(first[0]) && char.IsAsciiDigit(second[0]) ? CompareNumbers(first, second) : first.SequenceCompareTo(second);
            if (order != 0)
                return order;
            a = a[first.Length..];
            b = b[second.Length..];
        }

        return a.Length != b.Length ? a.Length - b.Length : string.CompareOrdinal(x, y);
    }

    /// <summary>As many digits as there are, or as many others.</summary>
    private static ReadOnlySpan<char> Part(ReadOnlySpan<char> text)
    {
        var end = char.IsAsciiDigit(text[0]) ? text.IndexOfAnyExceptInRange('0', '9') : text.IndexOfAnyInRange('0', '9');
        return end < 0 ? text : text[..end];
    }

    private static int CompareNumbers(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        a = a.TrimStart('0');
        b = b.TrimStart('0');
        return a.Length != b.Length ? a.Length - b.Length : a.SequenceCompareTo(b);
    }
}
