using System.Globalization;
using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>The characters of a HOCON text with the reader's place in them, and the tokens that need no grammar.</summary>
internal sealed class HoconText(string text, string? source)
{
    private const string Reserved = "$\"{}[]:=,#`^?!@*&\\";

    private int _index;
    private int _lineStart;
    private int _line = 1;

    /// <summary>Whether everything is read.</summary>
    public bool AtEnd => _index >= text.Length;

    /// <summary>The next character; NUL at the end.</summary>
    public char Next => AtEnd ? '\0' : text[_index];

    /// <summary>Whether a comment starts here.</summary>
    public bool AtComment => Next == '#' || At("//");

    /// <summary>Whether a character cannot stand in an unquoted text.</summary>
    public static bool IsReserved(char c) => Reserved.Contains(c);

    /// <summary>A text in quotes, with escapes.</summary>
    public static string Quote(string value)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in value)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture),
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A text as a value has to be written to be read back as the same.</summary>
    public static string QuoteIfNeeded(string value)
    {
        var plain = value.Length > 0 && value.Trim().Length == value.Length && value != "null"
            && !value.Contains("//", StringComparison.Ordinal) && !value.Any(c => IsReserved(c) || char.IsControl(c));
        return plain ? value : Quote(value);
    }

    /// <summary>Where the reader is.</summary>
    public HoconOrigin Place(string path) => new(source, _line, _index - _lineStart + 1, path);

    /// <summary>Whether the text goes on with this.</summary>
    public bool At(string what) => string.CompareOrdinal(text, _index, what, 0, what.Length) == 0;

    /// <summary>Goes on by one character and returns it.</summary>
    public char Take()
    {
        var c = text[_index++];
        if (c == '\n')
        {
            _line++;
            _lineStart = _index;
        }

        return c;
    }

    /// <summary>Goes on by this if it comes next.</summary>
    public bool TakeIf(string what)
    {
        if (!At(what))
            return false;
        for (var i = 0; i < what.Length; i++)
            Take();
        return true;
    }

    /// <summary>Goes on past white space on this line, and returns it.</summary>
    public string TakeBlanks()
    {
        var start = _index;
        while (!AtEnd && Next != '\n' && IsBlank(Next))
            Take();
        return text[start.._index].Replace("\r", "", StringComparison.Ordinal);
    }

    /// <summary>Goes on past white space, line ends and comments.</summary>
    public void SkipBlanksAndComments()
    {
        while (!AtEnd)
        {
            if (IsBlank(Next))
                Take();
            else if (AtComment)
                SkipLine();
            else
                return;
        }
    }

    /// <summary>Reads unquoted text up to a reserved character, a comment, a line's end or one of <paramref name="also"/>.</summary>
    public string TakeUnquoted(string also)
    {
        var start = _index;
        while (!AtEnd && Next != '\n' && !IsReserved(Next) && !AtComment && !also.Contains(Next) && !At("+="))
            Take();
        return text[start.._index];
    }

    /// <summary>Reads a text in quotes or triple quotes.</summary>
    public string TakeQuoted(string path)
    {
        var start = Place(path);
        if (TakeIf("\"\"\""))
            return TakeTripleQuoted(start);
        Take();
        var result = new StringBuilder();
        while (true)
        {
            if (AtEnd || Next == '\n')
                throw start.Error("this quoted text has no closing quote on its line");
            if (Next == '"')
                break;
            if (Next == '\\')
                result.Append(TakeEscape(path));
            else
                result.Append(Take());
        }

        Take();
        return result.ToString();
    }

    private static bool IsBlank(char c) => char.IsWhiteSpace(c) || c == '\uFEFF';

    // As the specification has it: no escapes inside, and of more than three closing quotes the last three close.
    private string TakeTripleQuoted(HoconOrigin start)
    {
        var from = _index;
        while (!At("\"\"\"") || At("\"\"\"\""))
        {
            if (AtEnd)
                throw start.Error("this triple-quoted text is never closed");
            Take();
        }

        var result = text[from.._index];
        TakeIf("\"\"\"");
        return result;
    }

    private string TakeEscape(string path)
    {
        var place = Place(path);
        Take();
        var code = AtEnd ? '\0' : Take();
        switch (code)
        {
            case '"' or '\\' or '/':
                return code.ToString();
            case 'b':
                return "\b";
            case 'f':
                return "\f";
            case 'n':
                return "\n";
            case 'r':
                return "\r";
            case 't':
                return "\t";
            case 'u' when _index + 4 <= text.Length && ushort.TryParse(
                text.AsSpan(_index, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit):
                _index += 4;
                return ((char)unit).ToString();
            default:
                throw place.Error("expected one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
        }
    }

    private void SkipLine()
    {
        while (!AtEnd && Next != '\n')
            Take();
    }
}
