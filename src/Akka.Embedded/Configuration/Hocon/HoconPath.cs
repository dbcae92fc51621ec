using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>Dotted paths of keys, in which a part may be quoted.</summary>
internal static class HoconPath
{
    /// <summary>Splits <c>a."b.c".d</c> into <c>a</c>, <c>b.c</c>, <c>d</c>.</summary>
    public static IReadOnlyList<string> Split(string path)
    {
        if (!path.Contains('"'))
            return path.Split('.');
        var parts = new List<string>();
        var part = new StringBuilder();
        var quoted = false;
        foreach (var c in path)
        {
            if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == '.' && !quoted)
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else
            {
                part.Append(c);
            }
        }

        parts.Add(part.ToString());
        return parts;
    }

    /// <summary>Appends a key to a path, quoted if it has to be.</summary>
    public static string Append(string path, string key) => path.Length == 0 ? Quote(key) : path + "." + Quote(key);

    /// <summary>A key as it has to be written: in quotes if it has characters that an unquoted key cannot have.</summary>
    public static string Quote(string key)
    {
        var plain = key.Length > 0 && key.Trim().Length == key.Length && !key.Contains("//", StringComparison.Ordinal)
            && !key.Any(c => char.IsWhiteSpace(c) || c == '+' || HoconText.IsReserved(c) || c == '.');
        return plain ? key : HoconText.Quote(key);
    }
}
