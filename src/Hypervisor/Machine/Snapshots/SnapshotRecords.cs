using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Trapline.Hypervisor.Machine.Snapshots;

/// <summary>
/// The records of a snapshot: one per hart and device, a name and the device's versioned state as JSON. JSON because a state record then
/// reads the same in every later version, and can be looked at; RAM, which is large, is not in here.
/// </summary>
internal sealed class SnapshotRecords
{
    /// <summary>The most bytes that all records of a file may have.</summary>
    public const int TotalLimit = 16 << 20;

    private const int CountLimit = 1024;
    private const int NameLimit = 64;

    private static readonly JsonSerializerOptions Json = new() { IncludeFields = true, MaxDepth = 32, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    private readonly Dictionary<string, byte[]> _records = new(StringComparer.Ordinal);

    /// <summary>Adds a state. Names are unique: <c>hart/0</c>, <c>uart</c>, <c>virtio/3</c>.</summary>
    public void Add<T>(string name, T state) => _records.Add(name, JsonSerializer.SerializeToUtf8Bytes(state, Json));

    /// <summary>Reads a state; an error when there is none of that name or it is not what it should be.</summary>
    public Result<T> Get<T>(string name)
        where T : class
    {
        if (!_records.TryGetValue(name, out var bytes))
            return new MachineError(MachineErrorKind.BadSnapshot, $"the snapshot has no record '{name}'", "it was taken of another kind of machine");
        try
        {
            if (HasNullElement(bytes))
                return Unreadable(name, "a list has a hole");
            if (JsonSerializer.Deserialize<T>(bytes, Json) is { } state)
                return state;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException or FormatException or InvalidOperationException)
        {
            return Unreadable(name, e.Message);
        }

        return Unreadable(name, "it is empty");
    }

    /// <summary>Whether there is a record of that name.</summary>
    public bool Has(string name) => _records.ContainsKey(name);

    /// <summary>All records, in order of name.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        Span<byte> number = stackalloc byte[4];
        foreach (var (name, value) in _records.OrderBy(r => r.Key, StringComparer.Ordinal))
        {
            var nameBytes = Encoding.UTF8.GetBytes(name);
            BinaryPrimitives.WriteInt32LittleEndian(number, nameBytes.Length);
            stream.Write(number);
            BinaryPrimitives.WriteInt32LittleEndian(number, value.Length);
            stream.Write(number);
            stream.Write(nameBytes);
            stream.Write(value);
        }

        return stream.ToArray();
    }

    public static Result<SnapshotRecords> Parse(ReadOnlySpan<byte> bytes, string file)
    {
        var records = new SnapshotRecords();
        while (!bytes.IsEmpty)
        {
            if (bytes.Length < 8 || records._records.Count == CountLimit)
                return SnapshotHeader.Damaged(file, "its records end in the middle of one");
            var nameLength = BinaryPrimitives.ReadInt32LittleEndian(bytes);
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
            bytes = bytes[8..];
            if (nameLength is <= 0 or > NameLimit || nameLength > bytes.Length || length < 0 || length > bytes.Length - nameLength)
                return SnapshotHeader.Damaged(file, "a record runs out of the file");
            var name = Encoding.UTF8.GetString(bytes[..nameLength]);
            if (!records._records.TryAdd(name, bytes.Slice(nameLength, length).ToArray()))
                return SnapshotHeader.Damaged(file, $"it has two records '{name}'");
            bytes = bytes[(nameLength + length)..];
        }

        return records;
    }

    /// <summary>The serializer checks properties against null, but not the elements of lists.</summary>
    private static bool HasNullElement(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var afterName = false;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Null && !afterName)
                return true;
            afterName = reader.TokenType == JsonTokenType.PropertyName;
        }

        return false;
    }

    private static MachineError Unreadable(string name, string why) =>
        new(MachineErrorKind.BadSnapshot, $"the snapshot's record '{name}' cannot be read ({why})", "the file is damaged or of another version; take the snapshot again");
}
