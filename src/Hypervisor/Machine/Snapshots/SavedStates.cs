using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Devices.Clint;
using Trapline.Hypervisor.Devices.Plic;
using Trapline.Hypervisor.Devices.Rtc;
using Trapline.Hypervisor.Devices.Uart;
using Trapline.Hypervisor.Devices.Virtio;
using Trapline.Hypervisor.Devices.Virtio.Entropy;
using Trapline.Hypervisor.Devices.Virtio.Input;

namespace Trapline.Hypervisor.Machine.Snapshots;

/// <summary>The states of all devices and harts, read from a snapshot; all null for a machine at reset.</summary>
internal sealed record SavedStates
{
    public static SavedStates None { get; } = new();

    public ClintStateV1? Clint { get; init; }

    public PlicStateV1? Plic { get; init; }

    public UartStateV1? Uart { get; init; }

    public RtcStateV1? Rtc { get; init; }

    public SeededEntropyStateV1? Entropy { get; init; }

    public PowerButtonStateV1? PowerButton { get; init; }

    public VirtioStateV1?[] Virtio { get; init; } = new VirtioStateV1?[BoardMap.VirtioSlots];

    public IReadOnlyList<HartStateV1> Harts { get; init; } = [];

    public IReadOnlyList<HartLoopStateV1> Loops { get; init; } = [];

    /// <summary>Reads what a machine of so many harts must have.</summary>
    public static Result<SavedStates> Read(SnapshotRecords records, int harts)
    {
        MachineError? error = null;
        var states = new SavedStates
        {
            Clint = Get<ClintStateV1>(MachineRecords.Clint),
            Plic = Get<PlicStateV1>(MachineRecords.Plic),
            Uart = Get<UartStateV1>(MachineRecords.Uart),
            Rtc = Get<RtcStateV1>(MachineRecords.Rtc),
            Entropy = records.Has(MachineRecords.Entropy) ? Get<SeededEntropyStateV1>(MachineRecords.Entropy) : null,
            PowerButton = records.Has(MachineRecords.PowerButton) ? Get<PowerButtonStateV1>(MachineRecords.PowerButton) : null,
            Harts = [.. Enumerable.Range(0, harts).Select(i => Get<HartStateV1>(MachineRecords.Hart(i))!)],
            Loops = [.. Enumerable.Range(0, harts).Select(i => Get<HartLoopStateV1>(MachineRecords.Loop(i))!)],
        };
        for (var slot = 0; slot < BoardMap.VirtioSlots; slot++)
        {
            if (records.Has(MachineRecords.Virtio(slot)))
                states.Virtio[slot] = Get<VirtioStateV1>(MachineRecords.Virtio(slot));
        }

        return error is null ? states : error;

        T? Get<T>(string name)
            where T : class
        {
            if (records.Get<T>(name).TryGet(out var state, out var problem))
                return state;
            error ??= problem;
            return null;
        }
    }
}
