using Trapline.Shared.Audit;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Audit;

/// <summary>
/// When guests executed on a host: a file of <see cref="AuditLine"/>s, appended as it happens. An auditor that has the files of all hosts can tell
/// whether a VM ever executed twice at a time; a process that was killed has executed until its end at most, and never beyond its last permit.
/// The log follows what happens and never holds it up: lines that cannot be written, as on a full disk, wait in memory and follow, in order, as soon as
/// there is room. Only beyond a bound are the latest of them left out; then a line says how many.
/// </summary>
public sealed class AuditLog : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Stream _file;
    private readonly TimeProvider _time;
    private readonly HostId _host;
    private readonly Queue<byte[]> _waiting = [];
    private bool _lineIsOpen;
    private long _missing;

    /// <summary>Appends to a file.</summary>
    public AuditLog(string path, HostId host, TimeProvider time)
        : this(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0), host, time)
    {
    }

    /// <summary>Appends to a stream, whose writes fail as those of a file do.</summary>
    public AuditLog(Stream file, HostId host, TimeProvider time)
    {
        _file = file;
        _host = host;
        _time = time;
    }

    /// <summary>The clock of the lines.</summary>
    public long Now => AuditLine.Nanoseconds(_time.GetTimestamp(), _time);

    /// <summary>The life of the host that lines about the host as a whole name.</summary>
    public BootId Boot { get; set; }

    /// <summary>Most lines that wait for room on the disk: some two minutes of a host with a thousand VMs that come and go, hours of a quiet one.</summary>
    public const int MostWaiting = 20_000;

    /// <summary>Lines that wait for room on the disk.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
                return _waiting.Count;
        }
    }

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
        lock (_gate)
        {
            if (_waiting.Count < MostWaiting)
                _waiting.Enqueue(line.ToBytes());
            else
                _missing++;
            while (_waiting.TryPeek(out var next) && TryWrite(next))
                _waiting.Dequeue();
            if (_missing > 0 && _waiting.Count == 0 && TryWrite(new AuditLine(Now, _host, Boot, AuditKind.Gap, Missing: _missing).ToBytes()))
                _missing = 0;
        }
    }

    private bool TryWrite(byte[] bytes)
    {
        try
        {
            _file.Write(_lineIsOpen ? [(byte)'\n', .. bytes] : bytes);
            _lineIsOpen = false;
            return true;
        }
        catch (IOException)
        {
            // A part of it may stand there: the next line begins on one of its own.
            _lineIsOpen = true;
            return false;
        }
    }
}
