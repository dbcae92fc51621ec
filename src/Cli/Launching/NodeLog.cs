using System.Text;

namespace Trapline.Cli.Launching;

/// <summary>
/// The file that has what a process prints. On a full disk lines are left out, and the next one that can be written says how many: the launcher goes
/// on watching whatever becomes of its logs. Any thread.
/// </summary>
internal sealed class NodeLog : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _file;
    private bool _lineIsOpen;
    private bool _closed;
    private long _missing;

    /// <summary>Appends to a file.</summary>
    public NodeLog(string path) => _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    /// <summary>Adds a line; nothing once the log is closed.</summary>
    public void WriteLine(string line)
    {
        lock (_gate)
        {
            if (_closed)
                return;
            if (_missing > 0 && TryWrite($"launcher: {_missing} lines are missing here, the disk took none"))
                _missing = 0;
            if (_missing > 0 || !TryWrite(line))
                _missing++;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _file.Dispose();
        }
    }

    private bool TryWrite(string line)
    {
        try
        {
            _file.Write(Encoding.UTF8.GetBytes(_lineIsOpen ? $"\n{line}\n" : $"{line}\n"));
            _lineIsOpen = false;
            return true;
        }
        catch (IOException)
        {
            // A part of it may stand there.
            _lineIsOpen = true;
            return false;
        }
    }
}
