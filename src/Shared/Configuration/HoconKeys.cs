using System.Text;

namespace Trapline.Shared.Configuration;

/// <summary>
/// Finds the lines of keys in a HOCON text, to name them in errors. It follows braces, quotes and comments, and is content
/// with texts that are malformed elsewhere.
/// </summary>
internal sealed class HoconKeys
{
    private const string EndsKey = "={}[]:,\n";

    private readonly string _text;
    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);
    private int _index;
    private int _line = 1;
    private int? _unclosedLine;

    private HoconKeys(string text) => _text = text;

    /// <summary>The line, from 1, where a key is set last; null if the text does not set it.</summary>
    /// <param name="text">The HOCON.</param>
    /// <param name="key">The dotted path, with parts that have dots in quotes.</param>
    public static int? LineOf(string text, string key)
    {
        var keys = new HoconKeys(text);
        keys.ReadFields("", _ => false);
        return keys._lines.TryGetValue(Normal(key), out var line) ? line : null;
    }

    /// <summary>The line of the first brace, bracket or quote that is never closed, or that closes nothing; null if all match.</summary>
    public static int? FirstBrokenLine(string text)
    {
        var keys = new HoconKeys(text);
        keys.ReadFields("", _ => false);
        return keys._unclosedLine ?? (keys._index < text.Length ? keys._line : null);
    }

    private bool AtEnd => _index >= _text.Length;

    private char Next => AtEnd ? '\0' : _text[_index];

    private static string Normal(string key) => key.Replace("\"", "", StringComparison.Ordinal);

    private void ReadFields(string path, Func<char, bool> ends)
    {
        while (true)
        {
            SkipBlanks();
            if (AtEnd || ends(Next))
                return;
            if (Next is '}' or ']')
            {
                if (path.Length == 0)
                    return;
                _unclosedLine ??= _line;
                return;
            }

            if (Next is ',' or '=' or ':')
                Take();
            else if (Next == '{')
                ReadBraces(path);
            else
                ReadField(path);
        }
    }

    private void ReadField(string path)
    {
        var line = _line;
        var key = ReadKey();
        var full = path.Length == 0 ? key : path + "." + key;
        if (key.Length > 0)
        {
            for (var dot = full.IndexOf('.', path.Length == 0 ? 0 : path.Length + 1); dot > 0; dot = full.IndexOf('.', dot + 1))
                _lines[full[..dot]] = line;
            _lines[full] = line;
        }

        SkipBlanks();
        if (Next is '=' or ':')
        {
            Take();
            SkipBlanks();
        }

        ReadValue(full);
    }

    private string ReadKey()
    {
        var key = new StringBuilder();
        while (!AtEnd && !EndsKey.Contains(Next) && !AtComment)
        {
            if (Next == '"')
                key.Append(ReadQuoted());
            else
                key.Append(Take());
        }

        return key.ToString().Trim().TrimEnd('+').TrimEnd();
    }

    private void ReadValue(string path)
    {
        while (!AtEnd && Next is not ('\n' or ',' or '}' or ']') && !AtComment)
        {
            if (Next == '"')
                ReadQuoted();
            else if (Next == '{')
                ReadBraces(path);
            else if (Next == '[')
                ReadBrackets(path);
            else if (Next == '$')
                SkipSubstitution();
            else
                Take();
        }
    }

    private void ReadBraces(string path)
    {
        var opened = _line;
        Take();
        ReadFields(path, c => c == '}');
        Close('}', opened);
    }

    private void ReadBrackets(string path)
    {
        var opened = _line;
        Take();
        while (true)
        {
            SkipBlanks();
            if (AtEnd || Next is ']' or '}')
                break;
            if (Next == ',')
                Take();
            else
                ReadValue(path + "[]");
        }

        Close(']', opened);
    }

    private void Close(char bracket, int opened)
    {
        if (Next == bracket)
            Take();
        else
            _unclosedLine ??= opened;
    }

    private void SkipSubstitution()
    {
        while (!AtEnd && Next is not ('}' or '\n'))
            Take();
        if (Next == '}')
            Take();
    }

    private string ReadQuoted()
    {
        var opened = _line;
        var mark = _text.AsSpan(_index).StartsWith("\"\"\"", StringComparison.Ordinal) ? "\"\"\"" : "\"";
        for (var i = 0; i < mark.Length; i++)
            Take();
        var content = new StringBuilder();
        while (!AtEnd && !_text.AsSpan(_index).StartsWith(mark, StringComparison.Ordinal))
        {
            if (Next == '\n' && mark.Length == 1)
                break;
            if (Next == '\\' && mark.Length == 1)
                Take();
            if (!AtEnd)
                content.Append(Take());
        }

        if (AtEnd || Next == '\n')
            _unclosedLine ??= opened;
        for (var i = 0; i < mark.Length && Next == '"'; i++)
            Take();
        return content.ToString();
    }

    private bool AtComment => Next == '#' || _text.AsSpan(_index).StartsWith("//", StringComparison.Ordinal);

    private void SkipBlanks()
    {
        while (!AtEnd)
        {
            if (char.IsWhiteSpace(Next) || Next == '\uFEFF')
            {
                Take();
            }
            else if (AtComment)
            {
                while (!AtEnd && Next != '\n')
                    Take();
            }
            else
            {
                return;
            }
        }
    }

    private char Take()
    {
        var c = _text[_index++];
        if (c == '\n')
            _line++;
        return c;
    }
}
