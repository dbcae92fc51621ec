namespace Trapline.Hypervisor.Devices.Console;

/// <summary>
/// Where a guest's console output goes. Called on a hart's thread under the device's lock, so it must not block: a sink that
/// cannot keep up buffers within its own bound or drops, as its owner decides.
/// </summary>
public interface IConsoleOutput
{
    /// <summary>Takes bytes in the order in which the guest wrote them; the span is only valid during the call.</summary>
    void Write(ReadOnlySpan<byte> bytes);
}
