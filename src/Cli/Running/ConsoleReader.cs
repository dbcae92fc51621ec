using Trapline.Hypervisor.Devices.Console;

namespace Trapline.Cli.Running;

/// <summary>Reads the terminal on a thread of its own and offers what is typed to the guest, as fast as the guest takes it.</summary>
internal sealed class ConsoleReader
{
    private readonly Stream _terminal;
    private readonly EscapeKeys? _keys;
    private readonly object _gate = new();
    private ConsoleInput? _input;

    /// <summary>Starts to read.</summary>
    /// <param name="terminal">Where typing comes from.</param>
    /// <param name="keys">Who filters commands for the runner; null when the input is not a person's.</param>
    public ConsoleReader(Stream terminal, EscapeKeys? keys)
    {
        _terminal = terminal;
        _keys = keys;
        new Thread(Pump) { IsBackground = true, Name = "console-in" }.Start();
    }

    /// <summary>Names the console that takes the input from now on.</summary>
    public void Connect(ConsoleInput input)
    {
        lock (_gate)
        {
            _input = input;
            input.SpaceFreed += Pulse;
            Monitor.PulseAll(_gate);
        }
    }

    private void Pulse()
    {
        lock (_gate)
            Monitor.PulseAll(_gate);
    }

    private void Pump()
    {
        var buffer = new byte[1024];
        for (; ; )
        {
            int read;
            try
            {
                read = _terminal.Read(buffer);
            }
            catch (IOException)
            {
                return;
            }

            if (read == 0)
                return; // the end of a pipe does not end the guest
            var bytes = buffer.AsSpan(0, read);
            Offer(_keys is null ? bytes : _keys.Filter(bytes));
        }
    }

    private void Offer(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            while (!bytes.IsEmpty)
            {
                if (_input is { } input && input.Offer(bytes) is > 0 and var taken)
                    bytes = bytes[taken..];
                else
                    Monitor.Wait(_gate);
            }
        }
    }
}
