using Trapline.Hypervisor.Machine.Sbi;

namespace Trapline.Hypervisor.Machine.Snapshots;

/// <summary>The configuration of a saved machine, checked like one that a person gave: a snapshot is hostile input too.</summary>
internal static class SavedConfig
{
    /// <summary>Derives it; the error says what makes it impossible.</summary>
    public static MachineError? From(MachineStateV1 saved, RestoreOptions options, out MachineConfig config, out IReadOnlyList<DiskConfig> disks)
    {
        disks = options.Disks ?? [.. saved.Disks.Select(d => new DiskConfig(d.Path, d.ReadOnly, d.Overlay))];
        var booted = new ImageSource("(from a snapshot)", ReadOnlyMemory<byte>.Empty);
        config = new MachineConfig
        {
            Name = options.Name ?? saved.Name,
            MemoryBytes = saved.MemoryBytes,
            Harts = saved.Harts,
            Kernel = saved.Firmware ? null : booted,
            Firmware = saved.Firmware ? booted : null,
            Disks = disks,
            Clock = (ClockKind)saved.Clock,
            Console = (ConsoleKind)saved.Console,
            Net = (NetKind)saved.Net,
            PowerButton = saved.PowerButton,
            Engine = options.Engine,
            JitDump = options.JitDump,
            Watchdog = options.Watchdog,
        };
        if (!Enum.IsDefined(config.Clock) || !Enum.IsDefined(config.Console) || !Enum.IsDefined(config.Net)
            || saved.NextTurn < 0 || saved.NextTurn >= saved.Harts || saved.Ticks > ulong.MaxValue / 1000)
        {
            return new MachineError(MachineErrorKind.BadSnapshot, "the snapshot describes an impossible machine", "it is damaged; take it again");
        }

        if (disks.Count != saved.Disks.Length)
            return new MachineError(MachineErrorKind.BadSnapshot, $"the snapshot's machine has {saved.Disks.Length} disks, {disks.Count} were given", "give all of them, in the same order");
        return ConfigCheck.Check(config) is { } mistake ? mistake with { Kind = MachineErrorKind.BadSnapshot } : null;
    }

    /// <summary>Whether the disks could be those that the machine had.</summary>
    public static MachineError? CheckDisks(MachineStateV1 saved, DiskSet disks)
    {
        for (var i = 0; i < saved.Disks.Length; i++)
        {
            var (was, now) = (saved.Disks[i], disks.Backends[i]);
            if (was.LengthBytes != now.LengthBytes || was.ReadOnly != now.IsReadOnly)
                return new MachineError(MachineErrorKind.BadSnapshot, $"disk {disks.Configs[i].Path} is not the one that the machine had", $"give a {(was.ReadOnly ? "read-only" : "writable")} disk of {was.LengthBytes} bytes, as it was when the snapshot was taken");
        }

        return null;
    }

    /// <summary>Whether a loop's state is one that a loop can be in.</summary>
    public static bool IsPossible(HartLoopStateV1 state) => Enum.IsDefined((HartStatus)state.Status) && state.Resume.Length is 0 or 2;
}
