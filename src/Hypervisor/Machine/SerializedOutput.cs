using Trapline.Hypervisor.Devices.Console;

namespace Trapline.Hypervisor.Machine;

/// <summary>
/// A console has several writers: a device under its lock, and the SBI on any hart's thread. Whoever receives the output is promised
/// that its calls come one after the other.
/// </summary>
internal sealed class SerializedOutput(IConsoleOutput output) : IConsoleOutput
{
    private readonly Lock _gate = new();

    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
            output.Write(bytes);
    }
}
