using System.Runtime.InteropServices;

namespace Trapline.Cli.Terminals;

/// <summary>
/// A POSIX terminal in raw mode (POSIX.1-2017, termios.h): every key goes to the guest, Ctrl-C too. Only the output keeps its
/// translation of line feeds, for our own messages. The structure is left opaque: its size differs between systems, and only the libc looks into it.
/// </summary>
internal sealed class UnixTerminal : ITerminal
{
    private const int StandardInput = 0;
    private const int Now = 0; // TCSANOW
    private const int LargestTermios = 256;
    private const int OutputFlagsAt = 4; // c_oflag follows c_iflag, both 32 bits, in the Linux ABI
    private const byte PostProcess = 1; // OPOST

    private readonly byte[] _saved = new byte[LargestTermios];
    private int _restored;

    public UnixTerminal()
    {
        IsInteractive = GetAttributes(StandardInput, _saved) == 0;
        if (!IsInteractive)
            return;
        var raw = (byte[])_saved.Clone();
        MakeRaw(raw);
        if (OperatingSystem.IsLinux())
            raw[OutputFlagsAt] |= (byte)(_saved[OutputFlagsAt] & PostProcess);
        _ = SetAttributes(StandardInput, Now, raw);
    }

    /// <inheritdoc/>
    public bool IsInteractive { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (IsInteractive && Interlocked.Exchange(ref _restored, 1) == 0)
            _ = SetAttributes(StandardInput, Now, _saved);
    }

    [DllImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static extern int GetAttributes(int descriptor, byte[] termios);

    [DllImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static extern int SetAttributes(int descriptor, int when, byte[] termios);

    [DllImport("libc", EntryPoint = "cfmakeraw")]
    private static extern void MakeRaw(byte[] termios);
}
