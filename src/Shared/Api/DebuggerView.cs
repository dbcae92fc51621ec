namespace Trapline.Shared.Api;

/// <summary>Where a VM's machine waits for GDB.</summary>
/// <param name="Vm">The VM's id.</param>
/// <param name="Incarnation">The incarnation whose machine it is.</param>
/// <param name="Node">The node; the port is on its machine's loopback interface.</param>
/// <param name="Port">The TCP port.</param>
public sealed record DebuggerView(string Vm, long Incarnation, string Node, int Port);
