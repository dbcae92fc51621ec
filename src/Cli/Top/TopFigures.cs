using Trapline.Cli.Output;
using Trapline.Shared.Api;
using Trapline.Shared.InstanceTypes;

namespace Trapline.Cli.Top;

/// <summary>Orders in which <c>top</c> lists VMs.</summary>
internal enum TopOrder
{
    /// <summary>Who uses most processor time first.</summary>
    Cpu,

    /// <summary>Who may use most memory first.</summary>
    Memory,

    /// <summary>Who leaves its guest most often first.</summary>
    Exits,

    /// <summary>By name.</summary>
    Name,
}

/// <summary>From two readings to what was used between them: plain functions.</summary>
internal static class TopFigures
{
    /// <summary>What is shown.</summary>
    /// <param name="before">The reading before; null for none, then there are no rates.</param>
    /// <param name="now">The present one.</param>
    /// <param name="order">How VMs are ordered; those alike by name.</param>
    public static TopSample Between(TopReading? before, TopReading now, TopOrder order)
    {
        var nodesBefore = (before?.Usage.Nodes ?? []).ToDictionary(n => n.Node, StringComparer.Ordinal);
        var nodesNow = now.Usage.Nodes.ToDictionary(n => n.Node, StringComparer.Ordinal);
        var used = new Dictionary<(string, long), (double Cpu, double Exits, double Mips)>();
        foreach (var node in now.Usage.Nodes)
        {
            if (!nodesBefore.TryGetValue(node.Node, out var earlier) || node.AtSeconds <= earlier.AtSeconds)
                continue;
            var seconds = node.AtSeconds - earlier.AtSeconds;
            var vmsBefore = earlier.Vms.ToDictionary(v => (v.Vm, v.Incarnation));
            foreach (var vm in node.Vms)
            {
                if (vmsBefore.TryGetValue((vm.Vm, vm.Incarnation), out var was))
                    used[(vm.Vm, vm.Incarnation)] = (100 * (vm.CpuSeconds - was.CpuSeconds) / seconds, (vm.Exits - was.Exits) / seconds, (vm.Instructions - was.Instructions) / seconds / 1e6);
            }
        }

        var vms = now.Cluster.Vms.Select(vm => used.TryGetValue((vm.Id, vm.Incarnation), out var u) ? RowOf(vm, u.Cpu, u.Exits, u.Mips) : RowOf(vm, null, null, null));
        return new TopSample(now.Cluster.At, [.. now.Cluster.Nodes.OrderBy(n => n.Name, NameOrder.Instance).Select(n => RowOf(n, nodesBefore.GetValueOrDefault(n.Name), nodesNow.GetValueOrDefault(n.Name)))], [.. Sorted(vms, order)]);
    }

    private static TopNode RowOf(NodeView node, NodeUsageView? before, NodeUsageView? now)
    {
        // A process that was started anew counts from zero.
        double? cpu = before is not null && now is not null && now.AtSeconds > before.AtSeconds && now.CpuSeconds >= before.CpuSeconds
            ? 100 * (now.CpuSeconds - before.CpuSeconds) / (now.AtSeconds - before.AtSeconds)
            : null;
        return new TopNode(node.Name, node.State, node.Vms, cpu, now?.MemoryMiB, node.MemoryMiBUsed, node.DiskFreeMiB, node.IsLowOnDisk);
    }

    private static TopVm RowOf(VmView vm, double? cpu, double? exits, double? mips) =>
        new(vm.Name, vm.State, vm.Node, vm.Type, InstanceTypeCatalog.Find(vm.Type)?.MemoryMiB ?? 0, cpu, exits, mips);

    private static IEnumerable<TopVm> Sorted(IEnumerable<TopVm> vms, TopOrder order)
    {
        var byName = vms.OrderBy(v => v.Name, NameOrder.Instance);
        return order switch
        {
            TopOrder.Cpu => byName.OrderByDescending(v => v.CpuPercent ?? -1),
            TopOrder.Memory => byName.OrderByDescending(v => v.MemoryMiB),
            TopOrder.Exits => byName.OrderByDescending(v => v.ExitsPerSecond ?? -1),
            _ => byName,
        };
    }
}
