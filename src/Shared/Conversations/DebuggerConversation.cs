using Trapline.Shared.Ids;

namespace Trapline.Shared.Conversations;

/// <summary>
/// API to host: listen for GDB on behalf of the VM's machine, or go on doing so. Asked again and again while somebody wants it: a host that is not
/// asked any more stops listening. Answered by <see cref="DebuggerListens"/>, <see cref="DebuggerCannotListen"/> or <see cref="VmIsNotHere"/>.
/// </summary>
/// <param name="Vm">Which VM.</param>
/// <param name="Port">A TCP port of the loopback interface; 0 to have one chosen.</param>
public sealed record KeepDebugger(VmId Vm, int Port) : IWireMessage;

/// <summary>The host listens.</summary>
/// <param name="Vm">Which VM.</param>
/// <param name="Incarnation">Whose machine it is.</param>
/// <param name="Port">The port.</param>
public sealed record DebuggerListens(VmId Vm, Incarnation Incarnation, int Port) : IWireMessage;

/// <summary>The port cannot be used.</summary>
/// <param name="Vm">Which VM.</param>
/// <param name="Why">The system's words.</param>
public sealed record DebuggerCannotListen(VmId Vm, string Why) : IWireMessage;

/// <summary>API to host: nobody wants the debugger any more. Not answered.</summary>
public sealed record CloseDebugger(VmId Vm) : IWireMessage;
