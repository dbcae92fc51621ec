using System.Globalization;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Machine.Scheduling;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Machine;

/// <summary>Says what is wrong with a configuration before anything is built.</summary>
internal static class ConfigCheck
{
    /// <summary>The first thing that is wrong, or null.</summary>
    public static MachineError? Check(MachineConfig config)
    {
        if (config.Harts is < 1 or > MachineConfig.HartsLimit)
            return Bad($"{config.Harts} harts are not possible", $"a machine has 1 to {MachineConfig.HartsLimit} harts");
        if (config.MemoryBytes is < MachineConfig.MemoryMinimum or > MachineConfig.MemoryLimit || config.MemoryBytes % Page.Size != 0)
            return Bad($"{config.MemoryBytes} bytes of memory are not possible", $"give a multiple of 4096 from {MachineConfig.MemoryMinimum >> 20} MiB to {MachineConfig.MemoryLimit >> 30} GiB");
        if (config.Kernel is null && config.Firmware is null)
            return Bad("there is nothing to boot", "give a kernel or a firmware");
        if (config.Initrd is not null && config.Kernel is null)
            return Bad("there is an initrd and no kernel to use it", "give a kernel too");
        if (config.CommandLine.Length > MachineConfig.CommandLineLimit || config.CommandLine.Any(c => c is < ' ' or > '~'))
            return Bad("the command line is too long or has characters that are not ASCII", $"give at most {MachineConfig.CommandLineLimit} printable characters");
        if (config.Watchdog < TimeSpan.Zero)
            return Bad("the watchdog's time is negative", "give a time, or zero for none");
        if (config.Weight is < SchedulingGroup.MinimumWeight or > SchedulingGroup.MaximumWeight)
            return Bad($"a weight of {config.Weight} is not possible", $"give {SchedulingGroup.MinimumWeight} to {SchedulingGroup.MaximumWeight}");
        if (!(config.CapCores > 0))
            return Bad($"a cap of {config.CapCores.ToString(CultureInfo.InvariantCulture)} cores is not possible", "give a number above 0");
        if (config.Engine == EngineKind.Jit && !JitEngine.IsSupported)
            return Bad("the JIT does not run on this host", "give the interpreter, or auto");
        return CheckSlots(config);
    }

    private static MachineError? CheckSlots(MachineConfig config)
    {
        var others = 1 + (config.Net == NetKind.None ? 0 : 1) + (config.Console == ConsoleKind.Virtio ? 1 : 0);
        var room = BoardMap.VirtioSlots - others;
        return config.Disks.Count <= room ? null : Bad($"{config.Disks.Count} disks are too many", $"beside its other devices the machine has slots for {room}");
    }

    private static MachineError Bad(string wrong, string right) => new(MachineErrorKind.BadConfiguration, wrong, right);
}
