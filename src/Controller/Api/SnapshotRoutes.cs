using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Trapline.Shared.Api;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Naming;

namespace Trapline.Controller.Api;

/// <summary>Saved VMs.</summary>
internal sealed class SnapshotRoutes(ClusterGate gate)
{
    public IEnumerable<ApiRoute> All() =>
    [
        new("GET", "/v1/snapshots", "Snapshots, with the VMs that were started from them, in pages: an empty one is behind the last", ListAsync)
        {
            Answer = ApiJson.Default.ImmutableArraySnapshotView,
            Query = Page.ParametersOf("snapshot"),
        },
        new("GET", "/v1/snapshots/{snapshot}", "One snapshot", DescribeAsync) { Answer = ApiJson.Default.SnapshotView },
        new("POST", "/v1/vms/{vm}/snapshots", "Save a running VM, memory and disk; it goes on. The answer comes when that is decided, not when it is done", CreateAsync)
        {
            Body = ApiJson.Default.SnapshotRequest,
            Answer = ApiJson.Default.SnapshotView,
            Status = StatusCodes.Status202Accepted,
        },
        new("DELETE", "/v1/snapshots/{snapshot}", "Delete a snapshot that no VM was started from, or one that is left over", RemoveAsync) { Answer = ApiJson.Default.AcceptedView, Status = StatusCodes.Status202Accepted },
    ];

    private async Task ListAsync(HttpContext context)
    {
        var page = Page.Of(context);
        var question = new ListSnapshots(page.After is { } after ? new SnapshotId(after) : null, page.Limit);
        var known = await gate.AskAsync<SnapshotsKnown>(question, context.RequestAborted).ConfigureAwait(false);
        await HttpJson.WriteAsync(context, known.Snapshots, ApiJson.Default.ImmutableArraySnapshotView).ConfigureAwait(false);
    }

    private async Task DescribeAsync(HttpContext context)
    {
        var name = HttpJson.Part(context, "snapshot");
        var found = await FindAsync(name, context).ConfigureAwait(false) ?? throw await UnknownAsync(name, context).ConfigureAwait(false);
        await HttpJson.WriteAsync(context, found, ApiJson.Default.SnapshotView).ConfigureAwait(false);
    }

    private async Task<ApiProblem> UnknownAsync(string name, HttpContext context)
    {
        var known = await gate.AskAsync<SnapshotsKnown>(new ListSnapshots(Most: UnknownName.MostListed + 1), context.RequestAborted).ConfigureAwait(false);
        return new ApiProblem(ProblemKind.NotFound, UnknownName.Describe("snapshot", name, "Snapshots", known.Snapshots.Select(s => s.Name)));
    }

    private async Task<SnapshotView?> FindAsync(string name, HttpContext context) =>
        (await gate.AskAsync<SnapshotsKnown>(new ListSnapshots(Name: name), context.RequestAborted).ConfigureAwait(false)).Snapshots.FirstOrDefault();

    private async Task CreateAsync(HttpContext context)
    {
        var vm = HttpJson.Part(context, "vm");
        var request = await HttpJson.ReadAsync(context, ApiJson.Default.SnapshotRequest, new SnapshotRequest()).ConfigureAwait(false);
        var name = request.Name ?? $"{vm}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(2))}";
        await gate.AskAsync<Accepted>(new CreateSnapshot(vm, name), context.RequestAborted).ConfigureAwait(false);
        var made = await FindAsync(name, context).ConfigureAwait(false) ?? throw new ApiProblem(ProblemKind.Conflict, $"The snapshot '{name}' was given up at once; the events say why.");
        await HttpJson.WriteAsync(context, made, ApiJson.Default.SnapshotView).ConfigureAwait(false);
    }

    private async Task RemoveAsync(HttpContext context)
    {
        var accepted = await gate.AskAsync<Accepted>(new RemoveSnapshot(HttpJson.Part(context, "snapshot")), context.RequestAborted).ConfigureAwait(false);
        await HttpJson.WriteAsync(context, new AcceptedView([], accepted.Generation), ApiJson.Default.AcceptedView).ConfigureAwait(false);
    }
}
