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
        new("GET", "/v1/usage", "What nodes and VMs have used so far; nodes that do not answer are left out", UsageAsync) { Answer = ApiJson.Default.UsageView },
    ];

    private async Task ExitsAsync(HttpContext context)
    {
        var figures = await gate.AskHostOfAsync<ExitFigures>(HttpJson.Part(context, "vm"), vm => new ReadExits(vm), context.RequestAborted).ConfigureAwait(false);
        await HttpJson.WriteAsync(context, figures.View, ApiJson.Default.ExitsView).ConfigureAwait(false);
    }

    private async Task UsageAsync(HttpContext context)
    {
        var figures = await gate.AskAllHostsAsync<UsageFigures>(new ReadUsage(), context.RequestAborted).ConfigureAwait(false);
        await HttpJson.WriteAsync(context, new UsageView([.. figures.Select(f => f.View)]), ApiJson.Default.UsageView).ConfigureAwait(false);
    }
}
