using Microsoft.AspNetCore.Http;
using Trapline.Shared.Api;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Api;

/// <summary>Host nodes: what there is, and what users want of them.</summary>
internal sealed class NodeRoutes(ClusterGate gate)
{
    public IEnumerable<ApiRoute> All() =>
    [
        new("GET", "/v1/nodes", "All host nodes", ListAsync) { Answer = ApiJson.Default.ImmutableArrayNodeView },
        Wish("POST", "/v1/nodes/{node}/cordon", "No new VMs", HostWish.Cordon),
        Wish("POST", "/v1/nodes/{node}/drain", "No new VMs, and those it has go elsewhere", HostWish.Drain),
        Wish("POST", "/v1/nodes/{node}/uncordon", "VMs again", HostWish.Uncordon),
        Wish("DELETE", "/v1/nodes/{node}", "Forget it; it must be lost or empty", HostWish.Remove),
        new("POST", "/v1/nodes/{node}/died", "Evidence: its process was seen to have ended, there is no need to wait for its lease", DiedAsync)
        {
            Body = ApiJson.Default.DiedRequest,
            Answer = ApiJson.Default.AcceptedView,
            Status = StatusCodes.Status202Accepted,
        },
    ];

    private ApiRoute Wish(string method, string path, string summary, HostWish wish) =>
        new(method, path, summary, context => AskAsync(context, new WishForHost(Node(context), wish))) { Answer = ApiJson.Default.AcceptedView, Status = StatusCodes.Status202Accepted };

    private async Task ListAsync(HttpContext context)
    {
        var nodes = await gate.NodesAsync(context.RequestAborted).ConfigureAwait(false);
        await HttpJson.WriteAsync(context, nodes, ApiJson.Default.ImmutableArrayNodeView).ConfigureAwait(false);
    }

    private async Task DiedAsync(HttpContext context)
    {
        var died = await HttpJson.ReadAsync(context, ApiJson.Default.DiedRequest, new DiedRequest()).ConfigureAwait(false);
        if (!TextId.IsValid(Node(context)) || (died.Boot is not null && !TextId.IsValid(died.Boot)))
            throw new ApiProblem(ProblemKind.Invalid, $"A node and a boot are {TextId.Form}.");
        BootId? boot = died.Boot is null ? null : new BootId(died.Boot);
        await AskAsync(context, new HostDied(new HostId(Node(context)), boot, died.Witness ?? "an operator")).ConfigureAwait(false);
    }

    private async Task AskAsync(HttpContext context, IWireMessage request)
    {
        var accepted = await gate.AskAsync<Accepted>(request, context.RequestAborted).ConfigureAwait(false);
        await HttpJson.WriteAsync(context, new AcceptedView([], accepted.Generation), ApiJson.Default.AcceptedView).ConfigureAwait(false);
    }

    private static string Node(HttpContext context) => HttpJson.Part(context, "node");
}
