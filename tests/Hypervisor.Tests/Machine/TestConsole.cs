using System.Text;
using Trapline.Hypervisor.Devices.Console;
using Trapline.Hypervisor.Machine;

namespace Trapline.Hypervisor.Tests.Machine;

/// <summary>A console that a test reads and types on. Waiting ends when the text appears, or fails after a long time with what there was.</summary>
internal sealed class TestConsole : IConsoleOutput
{
    /// <summary>Only reached on failure; a loaded machine is slow.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly object _gate = new();
    private readonly StringBuilder _text = new();
    private readonly List<(string Text, int From, TaskCompletionSource Found)> _waiters = [];

    public ConsoleInput Input { get; } = new();

    public MachineConsole Console => new(Input, this);

    /// <summary>Everything printed so far, with plain line feeds.</summary>
    public string Text
    {
        get
        {
            lock (_gate)
                return _text.ToString();
        }
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            foreach (var b in bytes)
            {
                if (b != '\r')
                    _text.Append((char)b);
            }

            if (_waiters.Count == 0)
                return;
            var text = _text.ToString();
            foreach (var waiter in _waiters.Where(w => text.IndexOf(w.Text, w.From, StringComparison.Ordinal) >= 0).ToList())
            {
                _waiters.Remove(waiter);
                waiter.Found.SetResult();
            }
        }
    }

    /// <summary>Waits until a text appears behind a position; the result is the position behind it.</summary>
    public async Task<int> WaitForAsync(string text, int from = 0)
    {
        var found = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_text.ToString().IndexOf(text, from, StringComparison.Ordinal) >= 0)
                found.SetResult();
            else
                _waiters.Add((text, from, found));
        }

        try
        {
            await found.Task.WaitAsync(Patience);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"'{text}' did not appear; the console shows:\n{Text[Math.Max(0, Text.Length - 4000)..]}", e);
        }

        return Text.IndexOf(text, from, StringComparison.Ordinal) + text.Length;
    }

    public void Type(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        if (Input.Offer(bytes) != bytes.Length)
            throw new InvalidOperationException("the console takes no more");
    }
}
