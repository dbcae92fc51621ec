using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Trapline.Shared.Api;
using Trapline.Shared.Conversations;

namespace Trapline.Controller.Api;

/// <summary>What VMs and nodes use and where their time goes, from the nodes themselves.</summary>
internal sealed class FigureRoutes(ClusterGate gate)
{
    public IEnumerable<ApiRoute> All() =>
    [
        new("GET", "/v1/vms/{vm}/exits", "Its VM exits by reason, with the time in guest and hypervisor, from its start on", ExitsAsync) { Answer = ApiJson.Default.ExitsView },
        new("GET", "/v1/usage", "What nodes and VMs have used so far, VMs in pages: one without VMs is behind the last; nodes that do not answer are left out", UsageAsync)
        {
            Answer = ApiJson.Default.UsageView,
            Query = Page.ParametersOf("VM"),
        },
    ];

    private async Task ExitsAsync(HttpContext context)
    {
        var figures = await gate.AskHostOfAsync<ExitFigures>(HttpJson.Part(context, "vm"), vm => new ReadExits(vm), context.RequestAborted).ConfigureAwait(false);
        await HttpJson.WriteAsync(context, figures.View, ApiJson.Default.ExitsView).ConfigureAwait(false);
    }

    private async Task UsageAsync(HttpContext context)
    {
        var page = Page.Of(context);
        var figures = await gate.AskAllHostsAsync<UsageFigures>(new ReadUsage(page.AfterVm, page.Limit), context.RequestAborted).ConfigureAwait(false);
        await HttpJson.WriteAsync(context, new UsageView(PageOf([.. figures.Select(f => f.View)], page.Limit)), ApiJson.Default.UsageView).ConfigureAwait(false);
    }

    /// <summary>Each node gives its next VMs. Behind the last of a node that may have more, the page ends for all: the next one begins there.</summary>
    internal static ImmutableArray<NodeUsageView> PageOf(ImmutableArray<NodeUsageView> nodes, int limit)
    {
        var end = nodes.Where(n => n.Vms.Length >= limit).Select(n => n.Vms[^1].Vm).Min(StringComparer.Ordinal);
        return end is null ? nodes : [.. nodes.Select(n => n with { Vms = [.. n.Vms.Where(v => string.CompareOrdinal(v.Vm, end) <= 0)] })];
    }
}
