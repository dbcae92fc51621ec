using System.Text.Json;
using System.Text.Json.Serialization;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Audit;

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
}

/// <summary>One line of an audit log. Times are timestamps of the machine's monotonic clock, in nanoseconds: comparable between processes of one machine.</summary>
public sealed record AuditLine(long At, HostId Host, BootId Boot, AuditKind Kind, VmId? Vm = null, Incarnation? Incarnation = null, long? Until = null);

/// <summary>
/// When guests executed on a host: a file of JSON lines, appended as it happens. An auditor that has the files of all hosts can tell whether a VM
/// ever executed twice at a time; a process that was killed has executed until its end at most, and never beyond its last permit.
/// </summary>
public sealed class AuditLog : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _file;
    private readonly TimeProvider _time;
    private readonly HostId _host;

    /// <summary>Appends to a file.</summary>
    public AuditLog(string path, HostId host, TimeProvider time)
    {
        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        _host = host;
        _time = time;
    }

    /// <summary>The clock of the lines.</summary>
    public long Now => ToNanoseconds(_time.GetTimestamp());

    /// <summary>A VM begins to execute.</summary>
    public void Runs(BootId boot, VmId vm, Incarnation incarnation) => Append(new AuditLine(Now, _host, boot, AuditKind.Runs, vm, incarnation));

    /// <summary>A VM has ceased to execute.</summary>
    public void Stops(BootId boot, VmId vm, Incarnation incarnation) => Append(new AuditLine(Now, _host, boot, AuditKind.Stops, vm, incarnation));

    /// <summary>The permit of all guests was extended.</summary>
    public void Permit(BootId boot, long untilTimestamp) => Append(new AuditLine(Now, _host, boot, AuditKind.Permit, Until: ToNanoseconds(untilTimestamp)));

    /// <summary>The permit of all guests has ended.</summary>
    public void Lapse(BootId boot) => Append(new AuditLine(Now, _host, boot, AuditKind.Lapse));

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private long ToNanoseconds(long timestamp) => (long)(timestamp * (1e9 / _time.TimestampFrequency));

    private void Append(AuditLine line)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(line, AuditJson.Default.AuditLine);
        lock (_gate)
            _file.Write([.. bytes, (byte)'\n']);
    }
}

/// <summary>How audit lines are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AuditLine))]
public sealed partial class AuditJson : JsonSerializerContext;
