using System.Text;

namespace Trapline.Cli.Output;

/// <summary>Reasons of VM exits in people's words. The API has their names.</summary>
internal static class ExitText
{
    /// <summary>A reason's name, with a space before each word: <c>device write</c>.</summary>
    public static string Of(string reason)
    {
        var text = new StringBuilder();
        foreach (var c in reason)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0)
                text.Append(' ');
            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
