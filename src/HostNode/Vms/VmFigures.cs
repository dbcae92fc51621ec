using System.Collections.Immutable;
using System.Diagnostics;
using Trapline.HostNode.Machines;
using Trapline.Shared.Api;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Vms;

/// <summary>What machines and this process have used so far. Reading it takes nothing from the guests.</summary>
internal static class VmFigures
{
    /// <summary>One VM's exits by reason.</summary>
    public static IWireMessage Exits(MachineSlot? slot, VmId vm, HostId host, TimeSpan now)
    {
        if (slot?.Machine is not { } machine)
            return new VmIsNotHere(vm);
        var statistics = machine.Statistics;
        return new ExitFigures(new ExitsView(
            vm.Value,
            slot.Incarnation.Value,
            host.Value,
            now.TotalSeconds,
            statistics.GuestTime.TotalSeconds,
            statistics.HypervisorTime.TotalSeconds,
            (long)statistics.Instructions,
            machine.Engine,
            [.. statistics.Exits.Select(e => new ExitReasonView(e.Reason.ToString(), e.Count, e.TotalNanoseconds / 1000, e.MinimumNanoseconds / 1000, e.MaximumNanoseconds / 1000))],
            machine.EngineCounters));
    }

    /// <summary>This process, and those of its VMs that are asked for, by id.</summary>
    public static UsageFigures Usage(ReadUsage question, IEnumerable<MachineSlot> slots, HostId host, TimeSpan now)
    {
        var vms = ImmutableArray.CreateBuilder<VmUsageView>();
        foreach (var slot in slots.Where(s => question.After is not { } after || s.Vm.CompareTo(after) > 0).OrderBy(s => s.Vm))
        {
            if (slot.Machine is not { } machine)
                continue;
            if (vms.Count >= question.Most)
                break;
            var statistics = machine.Statistics;
            vms.Add(new VmUsageView(slot.Vm.Value, slot.Incarnation.Value, machine.RunTime.TotalSeconds, statistics.TotalCount, (long)statistics.Instructions));
        }

        using var process = Process.GetCurrentProcess();
        return new UsageFigures(new NodeUsageView(host.Value, now.TotalSeconds, process.TotalProcessorTime.TotalSeconds, process.WorkingSet64 >> 20, vms.ToImmutable()));
    }
}
