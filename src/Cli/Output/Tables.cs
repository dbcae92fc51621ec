using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Trapline.Shared.Api;
using Trapline.Shared.InstanceTypes;

namespace Trapline.Cli.Output;

/// <summary>What the API answers, as tables.</summary>
internal static class Tables
{
    /// <summary>VMs, in the order of their names.</summary>
    public static Sheet Of(IEnumerable<VmView> vms)
    {
        var table = new Sheet("NAME", "ID", "STATE", "NODE", "IMAGE", "TYPE", "INCARNATION", "RESTART", "REASON");
        foreach (var vm in vms.OrderBy(v => v.Name, NameOrder.Instance))
            table.Row(vm.Name, vm.Id, vm.State, vm.MovingTo is null ? vm.Node : $"{vm.Node} -> {vm.MovingTo}", vm.Image, vm.Type, Number(vm.Incarnation), vm.Restart, vm.Reason ?? vm.LastEnd);
        return table;
    }

    /// <summary>Nodes.</summary>
    public static Sheet Of(IEnumerable<NodeView> nodes)
    {
        var table = new Sheet("NAME", "STATE", "AVAILABILITY", "VMS", "CPU WEIGHT", "MEMORY MIB", "DISK FREE MIB", "BOOT");
        foreach (var node in nodes.OrderBy(n => n.Name, NameOrder.Instance))
            table.Row(node.Name, node.State, node.Availability, Number(node.Vms), $"{node.CpuWeightUsed} of {node.CpuWeight}", $"{node.MemoryMiBUsed} of {node.MemoryMiB}", DiskOf(node), node.Boot);
        return table;
    }

    /// <summary>What a node's data folder has room for, and whether that is too little.</summary>
    public static string? DiskOf(NodeView node) => node.DiskFreeMiB is { } free ? $"{free} of {node.DiskMiB}{(node.IsLowOnDisk ? ", low" : "")}" : null;

    /// <summary>Images.</summary>
    public static Sheet Of(IEnumerable<ImageView> images)
    {
        var table = new Sheet("NAME", "FROM", "KERNEL", "INITRD", "DISK", "COMMAND LINE");
        foreach (var image in images)
            table.Row(image.Name, image.Added ? "added" : "built-in", image.Kernel, image.Initrd, image.Disk ?? (image.DiskMiB > 0 ? $"{image.DiskMiB} MiB, empty" : null), image.CommandLine);
        return table;
    }

    /// <summary>Snapshots.</summary>
    public static Sheet Of(IEnumerable<SnapshotView> snapshots)
    {
        var table = new Sheet("NAME", "ID", "STATE", "VM", "IMAGE", "TYPE", "AT", "SIZE", "USED BY");
        foreach (var s in snapshots.OrderBy(s => s.Name, NameOrder.Instance))
            table.Row(s.Name, s.Id, s.State, $"{s.Vm} #{s.Incarnation}", s.Image, s.Type, Seconds(s.At), Size(s.Bytes), s.Problem ?? string.Join(", ", s.UsedBy));
        return table;
    }

    /// <summary>Volumes.</summary>
    public static Sheet Of(IEnumerable<VolumeView> volumes)
    {
        var table = new Sheet("VOLUME", "VM", "STATE", "SIZE", "ALLOCATED", "INCARNATION", "PROBLEM");
        foreach (var v in volumes)
            table.Row(v.Id, v.Vm, v.State, Size(v.SizeBytes), Size(v.AllocatedBytes), Number(v.Incarnation), v.Problem);
        return table;
    }

    /// <summary>Instance types.</summary>
    public static Sheet Of(IEnumerable<InstanceType> types)
    {
        var table = new Sheet("NAME", "HARTS", "MEMORY MIB", "CPU WEIGHT", "CPU CAP");
        foreach (var type in types)
            table.Row(type.Name, Number(type.Harts), Number(type.MemoryMiB), Number(type.CpuWeight), type.CpuCapPercent == 0 ? "none" : $"{type.CpuCapPercent} %");
        return table;
    }

    /// <summary>All about one VM.</summary>
    public static Facts Of(VmView vm)
    {
        var facts = new Facts();
        facts.Add("name", vm.Name);
        facts.Add("id", vm.Id);
        facts.Add("state", vm.State);
        facts.Add("wanted", vm.Desired == VmStates.Ended ? "nothing more: it has ended, and its restart policy leaves it so; 'trapline start' has it run again" : vm.Desired);
        facts.Add("node", vm.Node);
        facts.Add("moving to", vm.MovingTo);
        facts.Add("since", vm.Since is { } since ? Time(since) : null);
        facts.Add("incarnation", Number(vm.Incarnation));
        facts.Add("image", vm.Image);
        facts.Add("type", vm.Type);
        facts.Add("command line", vm.CommandLine);
        facts.Add("restart", vm.Restart);
        facts.Add("group", vm.Group is null ? null : $"{vm.Group}, {vm.Affinity}");
        facts.Add("crashes", Number(vm.Crashes));
        facts.Add("waits", vm.Reason);
        facts.Add("last end", vm.LastEnd is null ? null : $"{vm.LastEnd} ({Time(vm.LastEndAt!.Value)})");
        return facts;
    }

    /// <summary>Why a VM is where it is.</summary>
    public static IRenderable Of(PlacementView why)
    {
        var table = new Sheet("NODE", "SCORE", "REFUSED BY");
        foreach (var node in why.Nodes)
            table.Row(node.Node, node.Score?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-", string.Join("; ", node.Refusals));
        var head = $"{why.Vm} is {why.State}{(why.Node is null ? "" : $" on {why.Node}")}{(why.Reason is null ? "" : $": {why.Reason}")}";
        return new Rows(new Text(head), table);
    }

    /// <summary>One event on one line.</summary>
    public static string Of(EventView e) => $"{Time(e.At)}  {Sheet.Plain(TextOf(e))}";

    /// <summary>What happened, with the VM's name in place of its id.</summary>
    public static string TextOf(EventView e) =>
        e is { Vm: { } id, VmName: { } name } && e.Text.StartsWith(id + " ", StringComparison.Ordinal) ? name + e.Text[id.Length..] : e.Text;

    /// <summary>A moment on this machine's clock.</summary>
    public static string Time(DateTimeOffset at) => at.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>A size as people say it: three digits or more, so that nothing small becomes nothing.</summary>
    public static string Size(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var (value, unit) = ((double)bytes, 0);
        for (; value >= 1000 && unit < units.Length - 1; unit++)
            value /= 1024;
        var format = value >= 100 ? "0" : value >= 10 ? "0.#" : "0.##";
        return $"{value.ToString(format, CultureInfo.InvariantCulture)} {units[unit]}";
    }

    private static string Seconds(DateTimeOffset at) => at.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
