namespace Trapline.Hypervisor.Devices.Clint;

/// <summary>A saved CLINT; <c>mtime</c> itself is the machine's clock and saved with it.</summary>
/// <param name="SoftwarePending">The <c>msip</c> bit of each hart.</param>
/// <param name="TimeCompare">The <c>mtimecmp</c> of each hart.</param>
public sealed record ClintStateV1(bool[] SoftwarePending, ulong[] TimeCompare);
