using Trapline.Hypervisor.Devices.Console;

namespace Trapline.Cli.Running;

/// <summary>
/// Takes the guest's output from hart threads and writes it to the terminal from a thread of its own. When the terminal cannot keep
/// up for a whole buffer the guest waits: this process has only the one machine, and losing its output would be worse.
/// </summary>
internal sealed class ConsoleWriter : IConsoleOutput, IDisposable
{
    private const int Capacity = 1 << 20;

    private readonly Stream _terminal;
    private readonly Lock _writing = new();
    private readonly object _gate = new();
    private readonly Thread _thread;
    private MemoryStream _waiting = new();
    private bool _ended;

    public ConsoleWriter(Stream terminal)
    {
        _terminal = terminal;
        _thread = new Thread(Pump) { IsBackground = true, Name = "console-out" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            while (_waiting.Length >= Capacity && !_ended)
                Monitor.Wait(_gate);
            _waiting.Write(bytes);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Writes out what waits and ends.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join();
    }

    private void Pump()
    {
        var spare = new MemoryStream();
        for (; ; )
        {
            MemoryStream full;
            lock (_gate)
            {
                while (_waiting.Length == 0 && !_ended)
                    Monitor.Wait(_gate);
                if (_waiting.Length == 0)
                    return;
                (full, _waiting) = (_waiting, spare);
                Monitor.PulseAll(_gate);
            }

            try
            {
                lock (_writing)
                {
                    _terminal.Write(full.GetBuffer(), 0, (int)full.Length);
                    _terminal.Flush();
                }
            }
            catch (IOException)
            {
                // The reader of a pipe has gone: the guest goes on without it.
            }

            full.SetLength(0);
            spare = full;
        }
    }
}
