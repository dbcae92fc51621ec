using Trapline.HostNode.Consoles;
using Trapline.Hypervisor.Devices.Console;
using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Machine.Debugging;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.HostNode.Machines;

/// <summary>
/// Where the machine of one incarnation lives: outside its VM actor, so that an actor that fails and is built anew finds the machine as it was.
/// Only the VM's actor uses it.
/// </summary>
public sealed class MachineSlot(VmId vm, Incarnation incarnation)
{
    private readonly Lock _debuggerGate = new();
    private GdbServer? _debugger;
    private bool _closed;
    private SaveAttempt? _saving;

    /// <summary>Which VM.</summary>
    public VmId Vm { get; } = vm;

    /// <summary>Which incarnation.</summary>
    public Incarnation Incarnation { get; } = incarnation;

    /// <summary>What the guest printed.</summary>
    public ConsoleLog Console { get; } = new();

    /// <summary>What is typed to the guest.</summary>
    public ConsoleInput Input { get; } = new();

    /// <summary>The machine; null before it is built and after it has ended.</summary>
    public VirtualMachine? Machine { get; set; }

    /// <summary>Whether the guest may still print: true until the machine has ended or could not be built.</summary>
    public bool IsLive { get; set; } = true;

    /// <summary>Builds the machine; null before that has begun.</summary>
    public Task<Result<VirtualMachine>>? Building { get; set; }

    /// <summary>Why it was told to end; null while it was not.</summary>
    public EndReason? EndsBecause { get; set; }

    /// <summary>It is being saved; null while it is not. At most one attempt at a time; whoever made it ends it.</summary>
    public SaveAttempt? Saving
    {
        get => Volatile.Read(ref _saving);
        set => Volatile.Write(ref _saving, value);
    }

    /// <summary>The move that it is paused and saved for.</summary>
    public MoveId? Move { get; set; }

    /// <summary>Listens for GDB, or goes on doing so; null if there is no machine.</summary>
    /// <param name="port">A TCP port of the loopback interface; 0 to have one chosen.</param>
    /// <returns>The port.</returns>
    /// <exception cref="System.Net.Sockets.SocketException">The port cannot be used.</exception>
    public int? ListenForDebugger(int port)
    {
        lock (_debuggerGate)
        {
            if (_closed || Machine is not { } machine)
                return null;
            _debugger ??= machine.ListenForDebugger(port);
            return _debugger.Port;
        }
    }

    /// <summary>Stops listening; a machine that the debugger has halted goes on. Blocks until the session has ended: not for an actor's thread.</summary>
    public void CloseDebugger()
    {
        GdbServer? debugger;
        lock (_debuggerGate)
            (debugger, _debugger) = (_debugger, null);
        debugger?.Dispose();
    }

    /// <summary>The machine has ended, or is given up: ends its debugger's session first, which looks into its memory, then the machine itself.</summary>
    public async Task DisposeMachineAsync(VirtualMachine machine)
    {
        lock (_debuggerGate)
            _closed = true;
        await Task.Run(CloseDebugger).ConfigureAwait(false);
        await machine.DisposeAsync().ConfigureAwait(false);
    }
}
