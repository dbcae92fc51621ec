using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Machine.Sbi;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Machine;

/// <summary>Carries out SBI calls on a machine.</summary>
internal sealed class SbiPlatform(VirtualMachine machine, Board board, MachineConsole console) : ISbiPlatform
{
    private const ulong LineStatus = 5;
    private const ulong DataReady = 1;

    private readonly GuestRam _ram = board.Ram;

    public int HartCount => machine.Loops.Count;

    // With Sstc the hart has a comparator of its own; the call is then a write to it (SBI 2.0, section 6.1; Sstc, chapter 3).
    public void SetTimer(int hart, ulong ticks)
    {
        var target = machine.Loops[hart].Hart;
        target.State.Stimecmp = ticks;
        target.UpdateTimer();
    }

    public void SendIpi(int hart) => machine.Loops[hart].Hart.SetInterrupt(HartInterrupt.SupervisorSoftware, true);

    public void ClearIpi(int hart) => machine.Loops[hart].Hart.SetInterrupt(HartInterrupt.SupervisorSoftware, false);

    public void FenceCode(int caller, int target)
    {
        machine.Loops[target].Hart.RequestSync();
        machine.Loops[caller].AwaitFence(machine.Loops[target], HartRequests.SyncCode);
    }

    public void FenceTranslations(int caller, int target, in TranslationRange range)
    {
        machine.Loops[target].Hart.RequestFlush(in range);
        machine.Loops[caller].AwaitFence(machine.Loops[target], HartRequests.FlushTlb);
    }

    public HartStatus StatusOf(int hart) => machine.Loops[hart].Status;

    public bool TryStart(int hart, ulong address, ulong opaque) => machine.Loops[hart].TryStart(address, opaque);

    public void StopSelf(int hart) => machine.Loops[hart].Stop();

    public void SuspendSelf(int hart, (ulong Address, ulong Opaque)? resume) => machine.Loops[hart].Suspend(resume);

    public void Reset(SbiReset reset) => machine.End(reset switch
    {
        SbiReset.Shutdown => new GuestEnd(GuestEndKind.PowerOff, "the guest powered off"),
        SbiReset.Reboot => new GuestEnd(GuestEndKind.Reboot, "the guest asked for a reboot"),
        _ => new GuestEnd(GuestEndKind.Panic, "the guest reset the system because of a failure of its own"),
    });

    public bool IsExecutable(ulong address) => _ram.Contains(new Gpa(address), 2);

    public bool TryConsoleWrite(ulong address, int length)
    {
        if (!_ram.TryGetReadOnlySpan(new Gpa(address), length, out var bytes))
            return false;
        console.Output.Write(bytes);
        return true;
    }

    public int ConsoleRead(ulong address, int length)
    {
        if (!_ram.TryGetSpan(new Gpa(address), length, out var bytes))
            return -1;
        var read = 0;
        for (int next; read < length && (next = ConsoleReadByte()) >= 0; read++)
            bytes[read] = (byte)next;
        return read;
    }

    public void ConsoleWriteByte(byte value) => console.Output.Write([value]);

    // As a firmware does it: through the UART, which has taken what was typed first. A virtio console takes only what its driver asks for.
    public int ConsoleReadByte()
    {
        if (machine.Config.Console == ConsoleKind.Uart)
            return (board.Uart.Read(LineStatus, 1) & DataReady) != 0 ? (byte)board.Uart.Read(0, 1) : -1;
        Span<byte> one = stackalloc byte[1];
        return console.Input.Take(one) == 1 ? one[0] : -1;
    }

    public bool TryReadVirtual(int hart, ulong address, out ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        for (var i = 0; i < bytes.Length; i++)
        {
            if (!machine.Loops[hart].Hart.Mmu.TryTranslateForDebugger(new Gva(address + (ulong)i), out var physical)
                || !_ram.TryRead(physical, bytes.Slice(i, 1)))
            {
                value = 0;
                return false;
            }
        }

        value = BitConverter.ToUInt64(bytes);
        return true;
    }
}
