using Trapline.Shared.Audit;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Audit;

/// <summary>
/// When guests executed on a host: a file of <see cref="AuditLine"/>s, appended as it happens. An auditor that has the files of all hosts can tell
/// whether a VM ever executed twice at a time; a process that was killed has executed until its end at most, and never beyond its last permit.
/// The log follows what happens and never holds it up: a line that cannot be written, as on a full disk, is counted and left out.
/// </summary>
public sealed class AuditLog : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _file;
    private readonly TimeProvider _time;
    private readonly HostId _host;
    private bool _lineIsOpen;

    /// <summary>Appends to a file.</summary>
    public AuditLog(string path, HostId host, TimeProvider time)
    {
        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        _host = host;
        _time = time;
    }

    /// <summary>The clock of the lines.</summary>
    public long Now => AuditLine.Nanoseconds(_time.GetTimestamp(), _time);

    /// <summary>The life of the host that lines about the host as a whole name.</summary>
    public BootId Boot { get; set; }

    /// <summary>Lines that could not be written.</summary>
    public long Missing { get; private set; }

    /// <summary>A VM begins to execute.</summary>
    public void Runs(BootId boot, VmId vm, Incarnation incarnation) => Append(new AuditLine(Now, _host, boot, AuditKind.Runs, vm, incarnation));

    /// <summary>A VM has ceased to execute.</summary>
    public void Stops(BootId boot, VmId vm, Incarnation incarnation) => Append(new AuditLine(Now, _host, boot, AuditKind.Stops, vm, incarnation));

    /// <summary>The permit of all guests was extended.</summary>
    public void Permit(long untilTimestamp) => Append(new AuditLine(Now, _host, Boot, AuditKind.Permit, Until: AuditLine.Nanoseconds(untilTimestamp, _time)));

    /// <summary>The permit of all guests has ended.</summary>
    public void Lapse() => Append(new AuditLine(Now, _host, Boot, AuditKind.Lapse));

    /// <summary>Guest code ran on after the permit had ended. Any thread.</summary>
    public void Overrun(long from, long to) =>
        Append(new AuditLine(AuditLine.Nanoseconds(to, _time), _host, Boot, AuditKind.Overrun, From: AuditLine.Nanoseconds(from, _time)));

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Append(AuditLine line)
    {
        var bytes = line.ToBytes();
        lock (_gate)
        {
            try
            {
                _file.Write(_lineIsOpen ? [(byte)'\n', .. bytes] : bytes);
                _lineIsOpen = false;
            }
            catch (IOException)
            {
                // A part of it may stand there: the next line begins on one of its own.
                _lineIsOpen = true;
                Missing++;
            }
        }
    }
}
