using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Trapline.Shared.Api;
using Trapline.Shared.Conversations;

namespace Trapline.Controller.Api;

/// <summary>Saved VMs.</summary>
internal sealed class SnapshotRoutes(ClusterGate gate)
{
    public IEnumerable<ApiRoute> All() =>
    [
        new("GET", "/v1/snapshots", "All snapshots, with the VMs that were started from them", ListAsync) { Answer = ApiJson.Default.ImmutableArraySnapshotView },
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
        var known = await gate.AskAsync<SnapshotsKnown>(new ListSnapshots(), context.RequestAborted).ConfigureAwait(false);
        await HttpJson.WriteAsync(context, known.Snapshots, ApiJson.Default.ImmutableArraySnapshotView).ConfigureAwait(false);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var vm = HttpJson.Part(context, "vm");
        var request = await HttpJson.ReadAsync(context, ApiJson.Default.SnapshotRequest, new SnapshotRequest()).ConfigureAwait(false);
        var name = request.Name ?? $"{vm}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(2))}";
        await gate.AskAsync<Accepted>(new CreateSnapshot(vm, name), context.RequestAborted).ConfigureAwait(false);
        var known = await gate.AskAsync<SnapshotsKnown>(new ListSnapshots(), context.RequestAborted).ConfigureAwait(false);
        var made = known.Snapshots.FirstOrDefault(s => s.Name == name) ?? throw new ApiProblem(ProblemKind.Conflict, $"The snapshot '{name}' was given up at once; the events say why.");
        await HttpJson.WriteAsync(context, made, ApiJson.Default.SnapshotView).ConfigureAwait(false);
    }

    private async Task RemoveAsync(HttpContext context)
    {
        var accepted = await gate.AskAsync<Accepted>(new RemoveSnapshot(HttpJson.Part(context, "snapshot")), context.RequestAborted).ConfigureAwait(false);
        await HttpJson.WriteAsync(context, new AcceptedView([], accepted.Generation), ApiJson.Default.AcceptedView).ConfigureAwait(false);
    }
}
