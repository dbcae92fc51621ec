using System.Security.Cryptography;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Devices.Clint;
using Trapline.Hypervisor.Devices.Console;
using Trapline.Hypervisor.Devices.Plic;
using Trapline.Hypervisor.Devices.Rtc;
using Trapline.Hypervisor.Devices.Syscon;
using Trapline.Hypervisor.Devices.Uart;
using Trapline.Hypervisor.Devices.Virtio;
using Trapline.Hypervisor.Devices.Virtio.Block;
using Trapline.Hypervisor.Devices.Virtio.Entropy;
using Trapline.Hypervisor.Devices.Virtio.Input;
using Trapline.Hypervisor.Devices.Virtio.Net;
using Trapline.Hypervisor.Devices.Virtio.Serial;
using Trapline.Hypervisor.Machine.Boot;
using Trapline.Hypervisor.Machine.Clocks;
using Trapline.Hypervisor.Machine.Snapshots;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Storage;

namespace Trapline.Hypervisor.Machine;

/// <summary>What a board is made from.</summary>
/// <param name="Config">The machine.</param>
/// <param name="Ram">Its memory.</param>
/// <param name="Disks">Its disks, open.</param>
/// <param name="Console">Its console.</param>
/// <param name="Saved">The states of a snapshot; empty for a machine at reset.</param>
internal sealed record BoardParts(MachineConfig Config, GuestRam Ram, DiskSet Disks, MachineConsole Console, SavedStates Saved);

/// <summary>Puts a board together: harts first, then the interrupt controllers that drive them, then the devices.</summary>
internal static class BoardAssembly
{
    /// <summary>The wall clock at tick 0 of a machine with the virtual clock: 2025-01-01 00:00 UTC, as good as any other.</summary>
    public const ulong VirtualEpochNanoseconds = 1_735_689_600UL * 1_000_000_000;

    /// <summary>Locally administered, so that it belongs to no manufacturer.</summary>
    private static readonly byte[] NetAddress = [0x52, 0x54, 0x4c, 0, 0, 1];

    public static Board Build(BoardParts parts, IPausableClock clock, MachineHost host, ResetRom? rom)
    {
        var (config, ram, saved) = (parts.Config, parts.Ram, parts.Saved);
        var bus = new PhysicalBus();
        var harts = Enumerable.Range(0, config.Harts).Select(i => new Hart(i, ram, bus, clock)).ToArray();
        var timers = harts.Select(h => new MachineTimer(h, clock)).ToArray();
        var clint = new ClintDevice(clock, [.. harts.Select((h, i) => new ClintHart(new HartLine(h, HartInterrupt.MachineSoftware), timers[i]))], saved.Clint);
        var plic = new PlicDevice([.. harts.SelectMany(ExternalLines)], saved.Plic);
        var power = new PowerSwitch();
        var alarm = new DeviceAlarm();
        var rtc = new RtcDevice(clock, alarm, plic.Source(BoardMap.RtcInterrupt), saved.Rtc);
        var entropy = config.Clock == ClockKind.Virtual ? saved.Entropy is { } state ? new SeededEntropy(state) : new SeededEntropy(config.Seed) : null;

        var (uartInput, uartOutput) = config.Console == ConsoleKind.Uart ? (parts.Console.Input, parts.Console.Output) : (new ConsoleInput(), NoOutput.Instance);
        var uart = new UartDevice(uartInput, uartOutput, plic.Source(BoardMap.UartInterrupt), saved.Uart);
        var functions = Functions(parts, host, entropy);
        var slots = new VirtioSlot?[BoardMap.VirtioSlots];
        for (var i = 0; i < slots.Length; i++)
        {
            if (i < functions.Count)
                slots[i] = new VirtioSlot(ram, plic.Source(BoardMap.FirstVirtioInterrupt + i), functions[i], saved.Virtio[i]);
            bus.Map(BoardMap.VirtioSlot(i), VirtioSlot.WindowSize, (IMmioDevice?)slots[i] ?? new EmptyVirtioSlot());
        }

        bus.Map(BoardMap.TestFinisher, SysconDevice.WindowSize, new SysconDevice(power));
        bus.Map(BoardMap.Rtc, RtcDevice.WindowSize, rtc);
        bus.Map(BoardMap.Clint, ClintDevice.WindowSize, clint);
        bus.Map(BoardMap.Plic, PlicDevice.WindowSize, plic);
        bus.Map(BoardMap.Uart, UartDevice.WindowSize, uart);
        if (rom is not null)
            bus.Map(BoardMap.ResetRom, BoardMap.ResetRomSize, rom);
        return new Board
        {
            Ram = ram,
            Bus = bus,
            Clock = clock,
            Harts = harts,
            MachineTimers = timers,
            RtcAlarm = alarm,
            Power = power,
            Clint = clint,
            Plic = plic,
            Uart = uart,
            Rtc = rtc,
            Slots = slots,
            PowerButton = functions.OfType<VirtioPowerButton>().SingleOrDefault(),
            Entropy = entropy,
            Rom = rom,
            Disks = parts.Disks,
        };
    }

    /// <summary>Random bytes for the guest's device tree: repeatable with the virtual clock.</summary>
    public static byte[] KernelSeed(MachineConfig config)
    {
        var seed = new byte[32];
        if (config.Clock == ClockKind.Virtual)
            new SeededEntropy(~config.Seed).Fill(seed);
        else
            RandomNumberGenerator.Fill(seed);
        return seed;
    }

    private static IInterruptLine[] ExternalLines(Hart hart) =>
        [new HartLine(hart, HartInterrupt.MachineExternal), new HartLine(hart, HartInterrupt.SupervisorExternal)];

    /// <summary>The devices in the slots, in an order that a snapshot relies upon.</summary>
    private static List<VirtioFunction> Functions(BoardParts parts, MachineHost host, SeededEntropy? entropy)
    {
        // Requests that complete on another thread would complete at another instruction in each run.
        IIoExecutor io = parts.Config.Clock == ClockKind.Virtual ? new InlineIoExecutor() : host.Io;
        var functions = new List<VirtioFunction>();
        for (var i = 0; i < parts.Disks.Backends.Count; i++)
            functions.Add(new VirtioBlock(parts.Disks.Backends[i], io, $"trapline-{i}"));
        functions.Add(new VirtioEntropy((IEntropySource?)entropy ?? new HostEntropy()));
        if (parts.Config.Net != NetKind.None)
            functions.Add(new VirtioNet(parts.Config.Net == NetKind.Loopback ? new LoopbackNet() : new NullNet(), NetAddress));
        if (parts.Config.Console == ConsoleKind.Virtio)
            functions.Add(new VirtioConsole(parts.Console.Input, parts.Console.Output));
        if (parts.Config.PowerButton && functions.Count < BoardMap.VirtioSlots)
            functions.Add(new VirtioPowerButton(parts.Saved.PowerButton));
        return functions;
    }

    private sealed class NoOutput : IConsoleOutput
    {
        public static NoOutput Instance { get; } = new();

        public void Write(ReadOnlySpan<byte> bytes)
        {
            // Nobody looks at this console.
        }
    }
}
