using System.Globalization;

namespace Akka.Configuration.Hocon;

/// <summary>
/// The value of a key: one element, or several that stand side by side and are read as one (texts are joined, arrays
/// appended, objects merged).
/// </summary>
public class HoconValue : IMightBeAHoconObject
{
    private const NumberStyles Integer = NumberStyles.AllowLeadingSign;
    private const NumberStyles Float = NumberStyles.Float;

    /// <summary>Creates a value without elements.</summary>
    public HoconValue()
        : this([])
    {
    }

    /// <summary>Creates a value of the given elements.</summary>
    public HoconValue(List<IHoconElement> values, bool adoptedFromFallback = true) => Values = values;

    /// <summary>Whether there is nothing in it: no element, or one object without keys.</summary>
    public bool IsEmpty => Values.Count == 0 || (Values.Count == 1 && Values[0] is HoconObject { Items.Count: 0 });

    /// <summary>The elements, in the order of the text.</summary>
    public List<IHoconElement> Values { get; }

    /// <summary>Where the value stands, if it comes from a text.</summary>
    internal HoconOrigin? Origin { get; set; }

    /// <summary>Whether the value is the unquoted word null.</summary>
    internal bool IsNull => Values is [HoconLiteral { Quoted: false, Value: "null" }]
        || (Values is [HoconSubstitution { ResolvedValue: { } target }] && target.IsNull);

    /// <summary>Appends an element.</summary>
    public void AppendValue(IHoconElement value) => Values.Add(value);

    /// <summary>Removes all elements.</summary>
    public void Clear() => Values.Clear();

    /// <summary>Puts one element in the place of all.</summary>
    public void NewValue(IHoconElement value)
    {
        Values.Clear();
        Values.Add(value);
    }

    /// <summary>A configuration whose only key leads to this value.</summary>
    public Config AtKey(string key)
    {
        var wrapper = new HoconObject();
        wrapper.Items[key] = this;
        return new Config(new HoconRoot(new HoconValue([wrapper])));
    }

    /// <summary>This value, an object, as a configuration.</summary>
    public Config ToConfig() => new(new HoconRoot(this));

    /// <summary>Whether the value is text.</summary>
    public bool IsString() => Values.Count > 0 && Values.TrueForAll(v => v.IsString());

    /// <summary>Whether the value is a list.</summary>
    public bool IsArray() => Values.Exists(v => v.IsArray());

    /// <inheritdoc/>
    public bool IsObject() => Values.Exists(IsObject);

    /// <inheritdoc/>
    public HoconObject GetObject()
    {
        HoconObject? result = null;
        var merged = false;
        foreach (var element in Values)
        {
            if (ObjectOf(element) is not { } next)
                continue;
            if (result is null)
            {
                result = next;
                continue;
            }

            if (!merged)
            {
                var copy = new HoconObject();
                copy.Merge(result);
                result = copy;
                merged = true;
            }

            result.Merge(next);
        }

        return result!;
    }

    /// <summary>The value of a key, if this is an object that has it; else null.</summary>
    public HoconValue GetChildObject(string key) => GetObject()?.GetKey(key)!;

    /// <summary>The text; null if the value is <c>null</c> or no text.</summary>
    public string GetString()
    {
        if (!IsString() || IsNull)
            return null!;
        return Values.Count == 1 ? Values[0].GetString() : string.Concat(Values.Select(v => v.GetString()));
    }

    /// <summary>The items; those of several arrays side by side are appended.</summary>
    public IList<HoconValue> GetArray() => [.. Values.Where(v => v.IsArray()).SelectMany(v => v.GetArray())];

    /// <summary>Reads <c>on</c>, <c>off</c>, <c>true</c> or <c>false</c>.</summary>
    public bool GetBoolean() => GetString() switch
    {
        "on" or "true" => true,
        "off" or "false" => false,
        _ => throw Unexpected("on, off, true or false"),
    };

    /// <summary>Reads a number of 0 to 255.</summary>
    public byte GetByte() => byte.TryParse(GetString(), Integer, CultureInfo.InvariantCulture, out var value)
        ? value : throw Unexpected("a whole number from 0 to 255");

    /// <summary>Reads a whole number.</summary>
    public int GetInt() => int.TryParse(GetString(), Integer, CultureInfo.InvariantCulture, out var value)
        ? value : throw Unexpected("a whole number (32 bits)");

    /// <summary>Reads a whole number.</summary>
    public long GetLong() => long.TryParse(GetString(), Integer, CultureInfo.InvariantCulture, out var value)
        ? value : throw Unexpected("a whole number (64 bits)");

    /// <summary>Reads a number.</summary>
    public float GetFloat() => float.TryParse(GetString(), Float, CultureInfo.InvariantCulture, out var value)
        ? value : throw Unexpected("a number");

    /// <summary>Reads a number.</summary>
    public double GetDouble() => double.TryParse(GetString(), Float, CultureInfo.InvariantCulture, out var value)
        ? value : throw Unexpected("a number");

    /// <summary>Reads a number.</summary>
    public decimal GetDecimal() => decimal.TryParse(GetString(), Float, CultureInfo.InvariantCulture, out var value)
        ? value : throw Unexpected("a number");

    /// <summary>Reads a size in bytes, such as <c>64KiB</c>.</summary>
    public long? GetByteSize() => HoconUnits.TrySize(GetString() ?? "", out var bytes)
        ? bytes : throw Unexpected("a size such as 512, 64KiB or 1MB");

    /// <summary>Reads a duration, such as <c>5s</c>; a bare number is in milliseconds.</summary>
    public TimeSpan GetTimeSpan(bool allowInfinite = true) =>
        HoconUnits.TryDuration(GetString() ?? "", allowInfinite, out var duration)
            ? duration
            : throw Unexpected(allowInfinite
                ? "a duration such as 100ms, 5s, 2m or infinite" : "a finite duration such as 100ms, 5s or 2m");

    /// <summary>Reads a list of booleans.</summary>
    public IList<bool> GetBooleanList() => ListOf(v => v.GetBoolean());

    /// <summary>Reads a list of bytes.</summary>
    public IList<byte> GetByteList() => ListOf(v => v.GetByte());

    /// <summary>Reads a list of numbers.</summary>
    public IList<decimal> GetDecimalList() => ListOf(v => v.GetDecimal());

    /// <summary>Reads a list of numbers.</summary>
    public IList<double> GetDoubleList() => ListOf(v => v.GetDouble());

    /// <summary>Reads a list of numbers.</summary>
    public IList<float> GetFloatList() => ListOf(v => v.GetFloat());

    /// <summary>Reads a list of whole numbers.</summary>
    public IList<int> GetIntList() => ListOf(v => v.GetInt());

    /// <summary>Reads a list of whole numbers.</summary>
    public IList<long> GetLongList() => ListOf(v => v.GetLong());

    /// <summary>Reads a list of texts.</summary>
    public IList<string> GetStringList() => ListOf(v => v.RequireString());

    /// <inheritdoc/>
    public override string ToString() => ToString(0);

    /// <summary>The value as HOCON, nested lines indented by two spaces for each level.</summary>
    public virtual string ToString(int indent)
    {
        if (GetObject() is { } value)
            return "{\n" + value.ToString(indent + 1) + new string(' ', indent * 2) + "}";
        if (IsArray())
            return "[" + string.Join(",", GetArray().Select(e => e.ToString(indent + 1))) + "]";
        return GetString() is { } text ? HoconText.QuoteIfNeeded(text) : "null";
    }

    /// <summary>One value of several objects; keys of later ones win. The given values are not changed.</summary>
    internal static HoconValue MergeOf(IEnumerable<HoconValue> objects)
    {
        var merged = new HoconObject();
        HoconOrigin? origin = null;
        foreach (var value in objects)
        {
            origin = value.Origin ?? origin;
            if (value.GetObject() is { } layer)
                merged.Merge(layer);
        }

        return new HoconValue([merged]) { Origin = origin };
    }

    /// <summary>The text; null if the value is <c>null</c>; an error if it is an object or a list.</summary>
    internal string RequireString()
    {
        if (Values.Count == 0 || IsNull || IsString())
            return GetString();
        throw Unexpected("a text");
    }

    /// <summary>An error that says where this value stands, what was expected there and what was found.</summary>
    internal ConfigurationException Unexpected(string expected)
    {
        var found = IsObject() ? "an object" : IsArray() ? "a list" : GetString() is { } text ? $"\"{text}\"" : "null";
        var problem = $"expected {expected}, found {found}";
        return Origin is null ? new ConfigurationException(problem) : Origin.Error(problem);
    }

    private static bool IsObject(IHoconElement element) =>
        element is HoconObject || (element is IMightBeAHoconObject maybe && maybe.IsObject());

    private static HoconObject? ObjectOf(IHoconElement element) =>
        element as HoconObject ?? (element as IMightBeAHoconObject)?.GetObject();

    private List<T> ListOf<T>(Func<HoconValue, T> read)
    {
        if (Values.Count > 0 && !IsArray())
            throw Unexpected("a list in brackets");
        return [.. GetArray().Select(read)];
    }
}
