using System.Runtime.InteropServices;

namespace Trapline.Cli.Running;

/// <summary>
/// Ctrl-C and SIGTERM for a command: the first cancels what it does, so that connections are closed and the terminal is put back; another one ends
/// the process as it is.
/// </summary>
internal sealed class EndingSignals : IDisposable
{
    private static readonly int[] Signals = [(int)PosixSignal.SIGINT, (int)PosixSignal.SIGTERM];

    private readonly CancellationTokenSource _leave = new();
    private readonly SignalSet _signals;
    private int _first;

    /// <summary>Listens from now on.</summary>
    public EndingSignals() => _signals = new SignalSet(Signals, Heard);

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _leave.Token;

    /// <summary>The exit code for the signal that came; null while none has.</summary>
    public int? ExitCode => Volatile.Read(ref _first) switch
    {
        0 => null,
        (int)PosixSignal.SIGTERM => ExitCodes.Terminated,
        _ => ExitCodes.Interrupted,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        _signals.Dispose();
        _leave.Dispose();
    }

    private void Heard(int signal)
    {
        if (Interlocked.CompareExchange(ref _first, signal, 0) == 0)
            _leave.Cancel();
        else
            Environment.Exit(ExitCode!.Value);
    }
}
