using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Trapline.Cli.Terminals;

/// <summary>
/// The process's own streams, byte for byte. On a terminal <see cref="Console"/> would edit lines, echo, and set the terminal's modes to
/// what it likes, which is the business of <see cref="ITerminal"/> and of the guest here.
/// </summary>
internal static class StandardStreams
{
    private static readonly Lock Gate = new();
    private static readonly Stream Errors = Open(2, FileAccess.Write) ?? Console.OpenStandardError();

    /// <summary>The standard input.</summary>
    public static Stream OpenInput() => Open(0, FileAccess.Read) ?? Console.OpenStandardInput();

    /// <summary>The standard output.</summary>
    public static Stream OpenOutput() => Open(1, FileAccess.Write) ?? Console.OpenStandardOutput();

    /// <summary>Writes a line to the standard error; any thread.</summary>
    public static void WriteErrorLine(string line)
    {
        lock (Gate)
        {
            try
            {
                Errors.Write(Encoding.UTF8.GetBytes(line + Environment.NewLine));
                Errors.Flush();
            }
            catch (IOException)
            {
                // Nobody reads it.
            }
        }
    }

    private static FileStream? Open(int descriptor, FileAccess access)
    {
        if (OperatingSystem.IsWindows())
            return null;
        try
        {
            var stream = new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), access, bufferSize: 0);
            // On a file FileStream keeps a position of its own, and what others write to the same descriptor would overwrite ours.
            return stream.CanSeek ? null : stream;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return null; // closed, or opened for something else
        }
    }
}
