using Trapline.Shared.Audit;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Audit;

/// <summary>
/// When guests executed on a host: a file of <see cref="AuditLine"/>s, appended as it happens. An auditor that has the files of all hosts can tell
/// whether a VM ever executed twice at a time; a process that was killed has executed until its end at most, and never beyond its last permit.
/// The log follows what happens and never holds it up: lines that cannot be written, as on a full disk, wait in memory and follow, in order, as soon as
/// there is room. Only beyond a bound are the latest of them left out; then a line says how many. A thread of its own writes, since a disk may hang: who
/// adds a line waits until it stands in the file, so that nobody can know of an end that is not there, but no longer than a moment, and not again
/// before the disk has come back.
/// </summary>
public sealed class AuditLog : IDisposable
{
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(2);

    private readonly object _gate = new(); // a monitor: the writer and those who add lines wait on it
    private readonly Thread _writer;
    private readonly Stream _file;
    private readonly TimeProvider _time;
    private readonly HostId _host;
    private readonly Queue<byte[]> _waiting = [];
    private bool _lineIsOpen;
    private long _missing;
    private long _added;
    private long _tried;
    private bool _hangs;
    private bool _ending;

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
        _writer = new Thread(WriteLines) { IsBackground = true, Name = "audit" };
        _writer.Start();
    }

    /// <summary>The clock of the lines.</summary>
    public long Now => AuditLine.Nanoseconds(_time.GetTimestamp(), _time);

    /// <summary>The life of the host that lines about the host as a whole name.</summary>
    public BootId Boot { get; set; }

    /// <summary>Most lines that wait for room on the disk: some two minutes of a host with a thousand VMs that come and go, hours of a quiet one.</summary>
    public const int MostWaiting = 20_000;

    /// <summary>The most that a line holds up whoever adds it. Far below a lease, and above what a loaded machine needs for a write.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(200);

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

    /// <summary>Guest code ran on after the permit had ended. Any thread; waits for nothing, as a worker calls it.</summary>
    public void Overrun(long from, long to) =>
        Append(new AuditLine(AuditLine.Nanoseconds(to, _time), _host, Boot, AuditKind.Overrun, From: AuditLine.Nanoseconds(from, _time)), TimeSpan.Zero);

    /// <summary>Writes what waits, unless the disk hangs, and closes the file.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _ending = true;
            Monitor.PulseAll(_gate);
        }

        if (_writer.Join(LastWait))
            _file.Dispose();
    }

    private void Append(AuditLine line) => Append(line, LongestWait);

    private void Append(AuditLine line, TimeSpan longest)
    {
        lock (_gate)
        {
            if (_waiting.Count < MostWaiting)
                _waiting.Enqueue(line.ToBytes());
            else
                _missing++;
            var mine = ++_added;
            Monitor.PulseAll(_gate);
            var began = TimeProvider.System.GetTimestamp();
            while (!_hangs && _tried < mine && longest - TimeProvider.System.GetElapsedTime(began) is { Ticks: > 0 } rest)
                Monitor.Wait(_gate, rest);
            _hangs |= _tried < mine && longest > TimeSpan.Zero;
        }
    }

    private void WriteLines()
    {
        lock (_gate)
        {
            while (true)
            {
                while (_tried == _added && !_ending)
                    Monitor.Wait(_gate);
                if (_tried == _added)
                    return;
                _tried = WriteAll(_added);
                _hangs = false;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Writes all that waits, the lock held but for the writes themselves. Returns up to which line it has tried.</summary>
    private long WriteAll(long upTo)
    {
        while (_waiting.TryPeek(out var next))
        {
            if (!TryWriteOutside(next))
                return upTo;
            _waiting.Dequeue();
        }

        if (_missing is > 0 and var missing && TryWriteOutside(new AuditLine(Now, _host, Boot, AuditKind.Gap, Missing: missing).ToBytes()))
            _missing -= missing;
        return Math.Max(upTo, _added - _waiting.Count);
    }

    private bool TryWriteOutside(byte[] bytes)
    {
        Monitor.Exit(_gate);
        try
        {
            return TryWrite(bytes);
        }
        finally
        {
            Monitor.Enter(_gate);
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
