using System.Diagnostics;
using System.Text;

namespace Trapline.Cli.Tests;

/// <summary>The command as its users run it: a process with its standard streams.</summary>
internal sealed class TraplineProcess : IDisposable
{
    /// <summary>Only reached on failure; a loaded machine is slow.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly object _gate = new();
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly Task _readers;

    public TraplineProcess(params string[] arguments)
    {
        var command = Path.Combine(AppContext.BaseDirectory, "trapline.dll");
        _process = Process.Start(new ProcessStartInfo("dotnet", [command, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _readers = Task.WhenAll(ReadAsync(_process.StandardOutput, _output), ReadAsync(_process.StandardError, _errors));
    }

    public int Id => _process.Id;

    public string Output => Text(_output);

    public string Errors => Text(_errors);

    public void Type(string text)
    {
        _process.StandardInput.Write(text);
        _process.StandardInput.Flush();
    }

    /// <summary>Waits until the output holds a text.</summary>
    public async Task WaitForAsync(string text)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            if (_process.HasExited || patience.IsCancellationRequested)
            {
                await Task.WhenAny(_readers, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System));
                if (Output.Contains(text, StringComparison.Ordinal))
                    return;
                throw new TimeoutException($"'{text}' did not appear in:\n{Output}\nerrors:\n{Errors}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>Sends a POSIX signal: the shell does, as a minimal system has no program for it.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("sh", ["-c", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"kill -{name} {Id}")]);
        kill.WaitForExit();
    }

    /// <summary>Waits for the end; the result is the exit code.</summary>
    public async Task<int> ExitAsync()
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Patience);
            await _readers.WaitAsync(Patience);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"it did not end; it printed:\n{Output}\nerrors:\n{Errors}", e);
        }

        return _process.ExitCode;
    }

    /// <summary>Runs to the end.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = new TraplineProcess(arguments);
        process._process.StandardInput.Close();
        var code = await process.ExitAsync();
        return (code, process.Output, process.Errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private string Text(StringBuilder builder)
    {
        lock (_gate)
            return builder.ToString();
    }

    private async Task ReadAsync(StreamReader reader, StringBuilder into)
    {
        var buffer = new char[4096];
        for (int read; (read = await reader.ReadAsync(buffer)) > 0;)
        {
            lock (_gate)
                into.Append(buffer.AsSpan(0, read)).Replace("\r", "");
        }
    }
}
