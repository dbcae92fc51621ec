using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Machine.Boot;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Machine;

/// <summary>Everything that a boot puts into a machine, read and placed, but nothing written yet.</summary>
internal sealed record BootPlan(BootImage? Firmware, BootImage? Kernel, ImageFile? Initrd, BootLayout Layout)
{
    /// <summary>Names in what boots first.</summary>
    public SymbolTable Symbols => Kernel is { Symbols.Count: > 0 } ? Kernel.Symbols : Firmware?.Symbols ?? SymbolTable.Empty;

    /// <summary>Reads the images of a configuration and finds a place for each.</summary>
    public static Result<BootPlan> Make(MachineConfig config)
    {
        var ram = new MemoryRange(GuestRam.Base.Value, config.MemoryBytes);
        MachineError? error = null;
        BootImage? firmware = null, kernel = null;
        ImageFile? initrd = null;
        if (config.Firmware is { } firmwareSource && !ReadImage(firmwareSource, "firmware", f => BootImage.Firmware(f.Bytes, f.Name, ram)).TryGet(out firmware, out error))
            return error;
        if (config.Kernel is { } kernelSource)
        {
            var asPayload = firmware is not null;
            var read = ReadImage(kernelSource, "kernel", f => asPayload ? BootImage.Payload(f.Bytes, f.Name, ram) : BootImage.Kernel(f.Bytes, f.Name, ram));
            if (!read.TryGet(out kernel, out error))
                return error;
        }

        if (config.Initrd is { } initrdSource && !ImageFile.Read(initrdSource, "initrd").TryGet(out initrd, out error))
            return error;
        if (firmware is not null && kernel is not null && firmware.Start < kernel.End && kernel.Start < firmware.End)
            return new MachineError(MachineErrorKind.BadImage, $"{kernel.Name} and {firmware.Name} overlap at 0x{kernel.Start:x}", "link the kernel to 0x80200000 or later");

        var used = new List<MemoryRange>();
        foreach (var image in new[] { firmware, kernel })
        {
            if (image is not null)
                used.Add(new MemoryRange(image.Start, image.End - image.Start));
        }

        var layout = BootLayout.Plan(ram, used, (ulong)(initrd?.Bytes.Length ?? 0));
        if (!layout.TryGet(out var plan, out error))
            return error;
        return new BootPlan(firmware, kernel, initrd, plan);
    }

    /// <summary>The ROM that a firmware finds.</summary>
    public ResetRom? Rom => Firmware is null ? null : new ResetRom(Firmware.Entry, Layout.DeviceTree.Start, Kernel?.Entry ?? 0);

    /// <summary>Copies everything into RAM and sets the harts to where they start.</summary>
    public MachineError? Load(GuestRam ram, IReadOnlyList<Hart> harts, byte[] deviceTree)
    {
        if ((ulong)deviceTree.Length > BootLayout.DeviceTreeRoom)
            return new MachineError(MachineErrorKind.BadConfiguration, $"the device tree has {deviceTree.Length} bytes", $"there is room for {BootLayout.DeviceTreeRoom}; shorten the command line");
        foreach (var segment in (Firmware?.Segments ?? []).Concat(Kernel?.Segments ?? []))
            Write(ram, segment.Address, segment.Data.Span);
        if (Initrd is not null)
            Write(ram, Layout.Initrd.Start, Initrd.Bytes.Span);
        Write(ram, Layout.DeviceTree.Start, deviceTree);
        foreach (var hart in harts)
            SetStart(hart);
        return null;
    }

    private void SetStart(Hart hart)
    {
        if (Firmware is null)
        {
            // Others wait for SBI HSM; their registers are set when they are started.
            hart.StartSupervisor(Kernel!.Entry, Layout.DeviceTree.Start);
            return;
        }

        hart.Reset(Firmware.Entry);
        hart.State.X[10] = (ulong)hart.Id;
        hart.State.X[11] = Layout.DeviceTree.Start;
        hart.State.X[12] = (BoardMap.ResetRom + ResetRom.InfoOffset).Value;
        hart.State.X[5] = Firmware.Entry;
    }

    private static Result<BootImage> ReadImage(ImageSource source, string what, Func<ImageFile, Result<BootImage>> parse) =>
        ImageFile.Read(source, what).TryGet(out var file, out var error) ? parse(file) : error;

    private static void Write(GuestRam ram, ulong address, ReadOnlySpan<byte> bytes) =>
        Invariant.Require(ram.TryWrite(new Gpa(address), bytes), "what is loaded was checked to lie in RAM");
}
