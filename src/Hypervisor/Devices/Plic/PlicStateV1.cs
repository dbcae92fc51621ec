namespace Trapline.Hypervisor.Devices.Plic;

/// <summary>A saved PLIC.</summary>
/// <param name="Priorities">The priority of each source; index 0 is unused.</param>
/// <param name="Levels">Bit map of the sources whose wire is high.</param>
/// <param name="Pending">Bit map of the sources that wait to be claimed.</param>
/// <param name="InService">Bit map of the sources that are claimed and not completed.</param>
/// <param name="Contexts">The contexts, in order.</param>
public sealed record PlicStateV1(
    byte[] Priorities, ulong[] Levels, ulong[] Pending, ulong[] InService, PlicContextStateV1[] Contexts);

/// <summary>A saved context of a PLIC.</summary>
/// <param name="Threshold">Its priority threshold.</param>
/// <param name="Enabled">Bit map of the sources that it hears.</param>
public sealed record PlicContextStateV1(byte Threshold, ulong[] Enabled);
