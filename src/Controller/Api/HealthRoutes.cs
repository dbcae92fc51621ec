using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Trapline.Shared.Api;
using Trapline.Shared.Conversations;

namespace Trapline.Controller.Api;

/// <summary>For whoever watches over the process: whether it lives, whether the controller answers, and numbers for Prometheus.</summary>
internal sealed class HealthRoutes(ClusterGate gate)
{
    private const string Text = "text/plain; charset=utf-8";

    public IEnumerable<ApiRoute> All() =>
    [
        new("GET", "/healthz", "This process serves", context => context.Response.WriteAsync("ok\n", context.RequestAborted)) { OtherAnswer = Text },
        new("GET", "/readyz", "The controller answers through this node", ReadyAsync) { OtherAnswer = Text },
        new("GET", "/metrics", "Numbers of the cluster in Prometheus' text format", MetricsAsync) { OtherAnswer = Text },
    ];

    private async Task ReadyAsync(HttpContext context)
    {
        await gate.AskAsync<EventsKept>(new EventsAfter(long.MaxValue, 0), context.RequestAborted).ConfigureAwait(false);
        await context.Response.WriteAsync("ready\n", context.RequestAborted).ConfigureAwait(false);
    }

    private async Task MetricsAsync(HttpContext context)
    {
        var view = await gate.DescribeAsync(context.RequestAborted).ConfigureAwait(false);
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.WriteAsync(MetricsOf(view), context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>The text format: prometheus.io, exposition formats, version 0.0.4.</summary>
    internal static string MetricsOf(ClusterView view)
    {
        var text = new StringBuilder();
        Gauge(text, "trapline_generation", "Events that the controller has kept", [("", view.Generation)]);
        Gauge(text, "trapline_vms", "VMs by state", view.Vms.CountBy(vm => vm.State).OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => (Label("state", s.Key), (long)s.Value)));
        Gauge(text, "trapline_vm_crashes", "Crashes of VMs that count towards the crash loop", [("", view.Vms.Sum(vm => (long)vm.Crashes))]);
        Gauge(text, "trapline_nodes", "Nodes by state", view.Nodes.CountBy(n => n.State).OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => (Label("state", s.Key), (long)s.Value)));
        PerNode(text, view, "trapline_node_vms", "VMs of a node", n => n.Vms);
        PerNode(text, view, "trapline_node_memory_mib", "Memory that a node offers", n => n.MemoryMiB);
        PerNode(text, view, "trapline_node_memory_used_mib", "Memory that its VMs take", n => n.MemoryMiBUsed);
        PerNode(text, view, "trapline_node_cpu_weight", "Processor weight that a node offers", n => n.CpuWeight);
        PerNode(text, view, "trapline_node_cpu_weight_used", "Processor weight that its VMs take", n => n.CpuWeightUsed);
        PerNode(text, view, "trapline_node_disk_mib", "Size of the file system of a node's data folder", n => n.DiskMiB);
        PerNode(text, view, "trapline_node_disk_free_mib", "What it has room for", n => n.DiskFreeMiB);
        PerNode(text, view, "trapline_node_disk_low", "1 for a node that is low on disk space", n => n.IsLowOnDisk ? 1 : 0);
        return text.ToString();
    }

    private static void PerNode(StringBuilder text, ClusterView view, string name, string about, Func<NodeView, long?> value) =>
        Gauge(text, name, about, view.Nodes.Where(n => value(n) is not null).Select(n => (Label("node", n.Name), value(n)!.Value)));

    /// <summary>A label; within its value backslash, quote and line end are escaped.</summary>
    private static string Label(string name, string value) =>
        $"{{{name}=\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"}}";

    private static void Gauge(StringBuilder text, string name, string about, IEnumerable<(string Labels, long Value)> values)
    {
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {about}\n# TYPE {name} gauge\n");
        foreach (var (labels, value) in values)
            text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {value}\n");
    }
}
