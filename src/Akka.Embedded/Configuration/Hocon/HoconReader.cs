namespace Akka.Configuration.Hocon;

/// <summary>
/// Parses HOCON (specification: lightbend/config, HOCON.md) by recursive descent, one pass over the text, then resolves the
/// substitutions. Every error names line, column and the key being read.
/// Not supported, because no configuration of an actor system needs them: include of URLs and files without a callback, and
/// objects with numbered keys read as lists.
/// </summary>
internal sealed class HoconReader
{
    private const string SourceMark = "# hocon-source: ";

    private readonly HoconText _text;
    private readonly Func<string, HoconRoot>? _include;
    private readonly HoconResolver _resolver;

    private HoconReader(string text, string? source, Func<string, HoconRoot>? include)
    {
        _text = new HoconText(text, source);
        _include = include;
        _resolver = new HoconResolver();
    }

    /// <summary>Parses a text.</summary>
    /// <param name="text">The HOCON.</param>
    /// <param name="source">The file or resource to name in errors, if there is one.</param>
    /// <param name="include">What answers <c>include "name"</c>.</param>
    public static HoconRoot Read(string text, string? source, Func<string, HoconRoot>? include)
    {
        ArgumentNullException.ThrowIfNull(text);
        var reader = new HoconReader(text, source, include);
        var root = new HoconObject();
        var value = new HoconValue([root]) { Origin = new HoconOrigin(source, 1, 1, "") };
        reader.ReadRoot(root);
        return new HoconRoot(value, reader._resolver.ResolveAll(value));
    }

    /// <summary>
    /// The file that a text says it comes from, in a comment on its last line (<c># hocon-source: NAME</c>). Whoever loads a
    /// file appends that line, so that later errors about single values can name the file; ParseString has no parameter for it.
    /// </summary>
    public static string? SourceNamedBy(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var last = text.AsSpan().TrimEnd();
        last = last[(last.LastIndexOf('\n') + 1)..];
        return last.StartsWith(SourceMark, StringComparison.Ordinal) ? last[SourceMark.Length..].Trim().ToString() : null;
    }

    private void ReadRoot(HoconObject root)
    {
        _text.SkipBlanksAndComments();
        var braces = _text.TakeIf("{");
        ReadFields(root, "", braces);
        _text.SkipBlanksAndComments();
        if (!_text.AtEnd)
            throw _text.Place("").Error($"expected the end of the text, found '{_text.Next}'");
    }

    private void ReadFields(HoconObject target, string path, bool closedByBrace)
    {
        var start = _text.Place(path);
        while (true)
        {
            _text.SkipBlanksAndComments();
            if (_text.AtEnd)
            {
                if (closedByBrace)
                    throw start.Error("the brace opened here is never closed");
                return;
            }

            if (_text.Next == '}' && closedByBrace)
            {
                _text.Take();
                return;
            }

            if (_text.Next == ',')
                _text.Take();
            else
                ReadField(target, path);
        }
    }

    private void ReadField(HoconObject target, string path)
    {
        var origin = _text.Place(path);
        if (_text.Next is '}' or ']')
            throw origin.Error($"'{_text.Next}' closes nothing");
        var keys = ReadKey(path);
        if (keys is ["include"] && _text.Next == '"')
        {
            Include(target, path, origin);
            return;
        }

        var valuePath = HoconPath.Append(path, keys[0]);
        var value = Enter(target, keys[0], origin, valuePath);
        foreach (var key in keys.Skip(1))
        {
            valuePath = HoconPath.Append(valuePath, key);
            value = Enter(ObjectIn(value), key, origin, valuePath);
        }

        // An object may open on the line after its key; a separator may not.
        if (_text.TakeIf("+="))
            ReadAppended(value, valuePath);
        else if (_text.TakeIf("=") || _text.TakeIf(":"))
            ReadAssigned(value, valuePath);
        else if (_text.Next == '{')
            ReadAssigned(value, valuePath);
        else
            throw _text.Place(valuePath).Error($"expected '=', ':', '+=' or '{{' after the key{Found()}");
    }

    private List<string> ReadKey(string path)
    {
        var keys = new List<string>();
        do
        {
            _text.TakeBlanks();
            var place = _text.Place(path);
            if (_text.Next == '"')
            {
                keys.Add(_text.TakeQuoted(path));
            }
            else
            {
                var key = _text.TakeUnquoted(".").Trim();
                if (key.Length == 0)
                    throw place.Error($"expected a key{Found()}");
                keys.Add(key);
            }

            _text.TakeBlanks();
        }
        while (_text.TakeIf("."));
        if (_text.Next == '\n' || _text.AtComment)
        {
            _text.SkipBlanksAndComments();
            if (_text.Next != '{')
                throw _text.Place(path).Error($"expected '{{' after the key '{string.Join('.', keys)}'{Found()}");
        }

        return keys;
    }

    private void Include(HoconObject target, string path, HoconOrigin origin)
    {
        var name = _text.TakeQuoted(path);
        if (_include is null)
            throw origin.Error($"include \"{name}\": nothing answers includes here");
        var included = _include(name);
        if (included.Value.GetObject() is not { } fields)
            throw origin.Error($"include \"{name}\": expected an object");
        target.Merge(fields);
    }

    private static HoconValue Enter(HoconObject target, string key, HoconOrigin origin, string path)
    {
        var value = target.GetOrCreateKey(key);
        value.Origin ??= origin with { Path = path };
        return value;
    }

    private static HoconObject ObjectIn(HoconValue value)
    {
        if (value.Values.LastOrDefault() is HoconObject existing)
            return existing;
        var created = new HoconObject();
        if (value.Values.Exists(v => v is HoconSubstitution))
            value.AppendValue(created);
        else
            value.NewValue(created);
        return created;
    }

    private void ReadAssigned(HoconValue value, string path)
    {
        _text.SkipBlanksAndComments();
        var before = value.Values.ToList();
        var mayMerge = before.Count > 0 && before.TrueForAll(v => v is HoconObject or HoconSubstitution);
        if (!(_text.Next == '{' && mayMerge))
            value.Clear();
        value.Origin = _text.Place(path);
        ReadElements(value, path, before);
    }

    private void ReadAppended(HoconValue value, string path)
    {
        var item = new HoconValue();
        _text.SkipBlanksAndComments();
        value.Origin ??= _text.Place(path);
        if (value.IsString() || value.IsObject())
            throw _text.Place(path).Error("+= needs a list to append to");
        item.Origin = _text.Place(path);
        ReadElements(item, path, []);
        value.AppendValue(new HoconArray { item });
    }

    private void ReadElements(HoconValue owner, string path, List<IHoconElement> before)
    {
        var read = 0;
        var blanks = "";
        while (!AtValueEnd())
        {
            var place = _text.Place(path);
            var element = ReadElement(owner, path, before);
            if (element is not null)
            {
                RequireSameKind(owner, element, place);
                if (blanks.Length > 0 && IsText(element) && owner.Values.LastOrDefault() is { } last && IsText(last))
                    owner.AppendValue(new HoconLiteral { Value = blanks });
                owner.AppendValue(element);
            }

            read++;
            blanks = _text.TakeBlanks();
        }

        if (read == 0)
            throw _text.Place(path).Error($"expected a value{Found()}");
    }

    private IHoconElement? ReadElement(HoconValue owner, string path, List<IHoconElement> before)
    {
        switch (_text.Next)
        {
            case '"':
                return new HoconLiteral { Value = _text.TakeQuoted(path), Quoted = true };
            case '[':
                return ReadArray(path);
            case '{':
                _text.Take();
                if (owner.Values.LastOrDefault() is HoconObject existing)
                {
                    ReadFields(existing, path, closedByBrace: true);
                    return null;
                }

                var created = new HoconObject();
                ReadFields(created, path, closedByBrace: true);
                return created;
            case '$' when _text.At("${"):
                return ReadSubstitution(owner, path, before);
            default:
                var place = _text.Place(path);
                var text = _text.TakeUnquoted("");
                if (text.Length == 0)
                    throw place.Error($"'{_text.Next}' cannot stand in an unquoted value: put the value in quotes");
                var trimmed = text.TrimEnd();
                if (!AtValueEnd() && trimmed.Length < text.Length)
                    return new HoconLiteral { Value = text };
                return new HoconLiteral { Value = trimmed };
        }
    }

    private HoconArray ReadArray(string path)
    {
        var start = _text.Place(path);
        _text.Take();
        var array = new HoconArray();
        while (true)
        {
            _text.SkipBlanksAndComments();
            if (_text.AtEnd)
                throw start.Error("the bracket opened here is never closed");
            if (_text.TakeIf("]"))
                return array;
            if (_text.Next == ',')
            {
                if (array.Count == 0)
                    throw _text.Place(path).Error("expected a value before ','");
                _text.Take();
                _text.SkipBlanksAndComments();
                if (_text.Next == ',')
                    throw _text.Place(path).Error("expected a value between two commas");
                continue;
            }

            var item = new HoconValue { Origin = _text.Place($"{path}[{array.Count}]") };
            ReadElements(item, item.Origin.Path, []);
            array.Add(item);
        }
    }

    private HoconSubstitution ReadSubstitution(HoconValue owner, string path, List<IHoconElement> before)
    {
        var place = _text.Place(path);
        _text.TakeIf("${");
        var optional = _text.TakeIf("?");
        var keys = new List<string>();
        do
        {
            _text.TakeBlanks();
            var key = _text.Next == '"' ? _text.TakeQuoted(path) : _text.TakeUnquoted(".").Trim();
            if (key.Length == 0)
                throw place.Error("expected a path inside ${ }");
            keys.Add(key);
            _text.TakeBlanks();
        }
        while (_text.TakeIf("."));
        if (!_text.TakeIf("}"))
            throw place.Error("this substitution has no closing brace");
        var target = keys.Aggregate("", HoconPath.Append);
        var substitution = new HoconSubstitution(target);
        var previous = target == path && before.Count > 0 ? new HoconValue(before) : null;
        _resolver.Add(new PendingSubstitution(substitution, owner, place, optional, previous, before));
        return substitution;
    }

    private bool AtValueEnd() => _text.AtEnd || _text.Next is '\n' or ',' or '}' or ']' || _text.AtComment;

    private static bool IsText(IHoconElement element) => element is HoconLiteral or HoconSubstitution;

    private static void RequireSameKind(HoconValue owner, IHoconElement next, HoconOrigin place)
    {
        var last = owner.Values.FindLast(v => v is not HoconSubstitution);
        if (last is not null && next is not HoconSubstitution && last.GetType() != next.GetType())
            throw place.Error("a text, a list and an object cannot stand side by side in one value");
    }

    private string Found() => _text.AtEnd ? ", found the end of the text" : _text.Next == '\n' ? ", found the end of the line" : $", found '{_text.Next}'";
}
