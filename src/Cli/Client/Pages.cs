using System.Collections.Immutable;
using Trapline.Shared.Api;

namespace Trapline.Cli.Client;

/// <summary>Lists that the API gives in pages, whole.</summary>
internal static class Pages
{
    /// <summary>All volumes.</summary>
    public static async Task<ImmutableArray<VolumeView>> VolumesAsync(ApiClient api, CancellationToken cancellation)
    {
        var all = ImmutableArray.CreateBuilder<VolumeView>();
        for (var after = ""; ;)
        {
            var page = await api.GetAsync($"/v1/volumes{after}", ApiJson.Default.ImmutableArrayVolumeView, cancellation).ConfigureAwait(false);
            if (page.IsEmpty)
                return all.ToImmutable();
            all.AddRange(page);
            after = $"?after={page[^1].Id.Split('/')[0]}";
        }
    }

    /// <summary>All snapshots.</summary>
    public static async Task<ImmutableArray<SnapshotView>> SnapshotsAsync(ApiClient api, CancellationToken cancellation)
    {
        var all = ImmutableArray.CreateBuilder<SnapshotView>();
        for (var after = ""; ;)
        {
            var page = await api.GetAsync($"/v1/snapshots{after}", ApiJson.Default.ImmutableArraySnapshotView, cancellation).ConfigureAwait(false);
            if (page.IsEmpty)
                return all.ToImmutable();
            all.AddRange(page);
            after = $"?after={page[^1].Id}";
        }
    }

    /// <summary>What all nodes and VMs have used. A node's own figures are those of the moment of the first page.</summary>
    public static async Task<UsageView> UsageAsync(ApiClient api, CancellationToken cancellation)
    {
        var nodes = new SortedDictionary<string, NodeUsageView>(StringComparer.Ordinal);
        for (var after = ""; ;)
        {
            var page = await api.GetAsync($"/v1/usage{after}", ApiJson.Default.UsageView, cancellation).ConfigureAwait(false);
            foreach (var node in page.Nodes)
                nodes[node.Node] = nodes.TryGetValue(node.Node, out var known) ? known with { Vms = known.Vms.AddRange(node.Vms) } : node;
            var last = page.Nodes.SelectMany(n => n.Vms).Select(v => v.Vm).Max(StringComparer.Ordinal);
            if (last is null)
                return new UsageView([.. nodes.Values]);
            after = $"?after={last}";
        }
    }
}
