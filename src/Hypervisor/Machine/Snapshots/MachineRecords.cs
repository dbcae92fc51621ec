using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Devices.Clint;
using Trapline.Hypervisor.Devices.Plic;
using Trapline.Hypervisor.Devices.Rtc;
using Trapline.Hypervisor.Devices.Uart;
using Trapline.Hypervisor.Devices.Virtio;
using Trapline.Hypervisor.Devices.Virtio.Entropy;
using Trapline.Hypervisor.Machine.Clocks;

namespace Trapline.Hypervisor.Machine.Snapshots;

/// <summary>The names of a snapshot's records, and what a machine writes into them.</summary>
internal static class MachineRecords
{
    public const string Machine = "machine";
    public const string Clint = "clint";
    public const string Plic = "plic";
    public const string Uart = "uart";
    public const string Rtc = "rtc";
    public const string Entropy = "entropy";
    public const string PowerButton = "power-button";

    public static string Hart(int number) => $"hart/{number}";

    public static string Loop(int number) => $"loop/{number}";

    public static string Virtio(int slot) => $"virtio/{slot}";

    /// <summary>Collects all states except RAM. The machine must be held and its disks idle.</summary>
    public static SnapshotRecords Save(VirtualMachine machine)
    {
        var board = machine.Board;
        var records = new SnapshotRecords();
        records.Add(Machine, MachineStateV1.Of(machine));
        foreach (var hart in board.Harts)
        {
            // What others asked of the hart is done now, so that it is part of the state; what concerns the engine stays asked.
            var forEngine = hart.ServiceRequests();
            Interlocked.Or(ref hart.State.Requests, (int)forEngine);
            records.Add(Hart(hart.Id), HartStateV1.Save(hart));
            records.Add(Loop(hart.Id), machine.Loops[hart.Id].Save());
        }

        records.Add(Clint, board.Clint.Save());
        records.Add(Plic, board.Plic.Save());
        records.Add(Uart, board.Uart.Save());
        records.Add(Rtc, board.Rtc.Save());
        if (board.Entropy is not null)
            records.Add(Entropy, board.Entropy.Save());
        if (board.PowerButton is not null)
            records.Add(PowerButton, board.PowerButton.Save());
        for (var slot = 0; slot < board.Slots.Count; slot++)
        {
            if (board.Slots[slot] is { } device)
                records.Add(Virtio(slot), device.Save());
        }

        return records;
    }
}

/// <summary>A saved machine, apart from its harts and devices.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MemoryBytes">Its RAM.</param>
/// <param name="Harts">How many harts.</param>
/// <param name="Firmware">Whether it was started by a firmware.</param>
/// <param name="Clock">A <see cref="ClockKind"/>.</param>
/// <param name="Ticks">Its clock.</param>
/// <param name="ClockRemainder">The virtual clock between two ticks, in instructions.</param>
/// <param name="WallClockNanoseconds">Its wall clock.</param>
/// <param name="NextTurn">The hart whose turn is next (virtual clock).</param>
/// <param name="Console">A <see cref="ConsoleKind"/>.</param>
/// <param name="Net">A <see cref="NetKind"/>.</param>
/// <param name="Input">What was typed and not yet read.</param>
/// <param name="Rom">What its reset ROM says: entry, device tree, payload; empty without one.</param>
/// <param name="Disks">Its disks.</param>
/// <param name="PowerButton">Whether its board has a power button; files of format 1 do not say so, for there was none.</param>
internal sealed record MachineStateV1(
    string Name, ulong MemoryBytes, int Harts, bool Firmware, int Clock, ulong Ticks, ulong ClockRemainder, ulong WallClockNanoseconds,
    int NextTurn, int Console, int Net, byte[] Input, ulong[] Rom, DiskStateV1[] Disks, bool PowerButton = false)
{
    public static MachineStateV1 Of(VirtualMachine machine)
    {
        var (config, board) = (machine.Config, machine.Board);
        var clock = board.Clock as VirtualClock;
        return new MachineStateV1(
            config.Name, config.MemoryBytes, config.Harts, config.Firmware is not null, (int)config.Clock,
            board.Clock.Ticks, clock?.Remainder ?? 0, clock is null ? 0 : clock.WallClockNanoseconds,
            machine.Interleaved?.Next ?? 0, (int)config.Console, (int)config.Net, machine.Console.Input.Peek(),
            board.Rom is { } rom ? [rom.Entry, rom.DeviceTree, rom.Payload] : [],
            [.. board.Disks.Configs.Select((d, i) => new DiskStateV1(d.Path, d.ReadOnly, d.Overlay, board.Disks.Backends[i].LengthBytes))],
            board.PowerButton is not null);
    }
}

/// <summary>
/// A disk of a saved machine. A snapshot refers to disks, it does not hold them: at the moment it is taken all writes that the guest was
/// told are done have been flushed to the file named here, and a restored machine must be given that file as it was then.
/// </summary>
/// <param name="Path">The image.</param>
/// <param name="ReadOnly">Whether the guest may not write.</param>
/// <param name="Overlay">The overlay; null without one.</param>
/// <param name="LengthBytes">The size of the disk.</param>
internal sealed record DiskStateV1(string Path, bool ReadOnly, string? Overlay, long LengthBytes);
