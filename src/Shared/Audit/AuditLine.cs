using System.Text.Json;
using System.Text.Json.Serialization;
using Trapline.Shared.Ids;

namespace Trapline.Shared.Audit;

/// <summary>What an audit line says.</summary>
public enum AuditKind
{
    /// <summary>The VM executes from here on, as long as the host's permit lasts.</summary>
    Runs,

    /// <summary>It does not execute any more.</summary>
    Stops,

    /// <summary>The host's guests may execute until <see cref="AuditLine.Until"/>.</summary>
    Permit,

    /// <summary>The host's guests do not execute from here on.</summary>
    Lapse,

    /// <summary>A slice of guest code that began at <see cref="AuditLine.From"/> ended here, after the permit had run out: the process was suspended, or starved.</summary>
    Overrun,

    /// <summary>The process of this boot has ended; whoever started it has seen that, and says so before anything follows from it.</summary>
    Died,

    /// <summary>So many lines before this one could not be kept: <see cref="AuditLine.Missing"/>.</summary>
    Gap,
}

/// <summary>
/// One line of a host's audit log, <c>hosts/HOST/audit.jsonl</c>, or of what the launcher says of its processes, <c>deaths.jsonl</c> beside it. Times are timestamps of the machine's monotonic clock, in nanoseconds: comparable
/// between processes of one machine.
/// </summary>
public sealed record AuditLine(long At, HostId Host, BootId Boot, AuditKind Kind, VmId? Vm = null, Incarnation? Incarnation = null, long? Until = null, long? From = null, long? Missing = null)
{
    /// <summary>A timestamp of the given clock as lines have it.</summary>
    public static long Nanoseconds(long timestamp, TimeProvider time) => (long)(timestamp * (1e9 / time.TimestampFrequency));

    /// <summary>The line as the file has it, with its end.</summary>
    public byte[] ToBytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, AuditJson.Default.AuditLine), (byte)'\n'];

    /// <summary>Reads a line; null for one that was cut off by the end of its writer.</summary>
    public static AuditLine? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, AuditJson.Default.AuditLine);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>How audit lines are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AuditLine))]
internal sealed partial class AuditJson : JsonSerializerContext;
