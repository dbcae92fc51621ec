using Microsoft.AspNetCore.Http;
using Trapline.Shared.Api;
using Trapline.Shared.Faults;
using Trapline.Shared.Naming;

namespace Trapline.Controller.Api;

/// <summary>
/// Fault injection. It reaches the nodes through the data root that they share, not through the network that it cuts; so every controller node can
/// end a partition, whichever side of it that node is on, and whether or not there is a controller now.
/// </summary>
internal sealed class FaultRoutes(ApiSettings settings, TimeProvider time)
{
    private static readonly TimeSpan AppliedWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(25);

    private readonly FaultFolder _folder = new(settings.Data);

    public IEnumerable<ApiRoute> All() =>
    [
        new("GET", "/v1/faults/partition", "The partition in force, if any", ShowAsync) { Answer = ApiJson.Default.PartitionView },
        new("PUT", "/v1/faults/partition", "Cut the network between groups of nodes; answered when they have applied it, or after 2 s", CutAsync)
        {
            Body = ApiJson.Default.PartitionRequest,
            Answer = ApiJson.Default.PartitionView,
        },
        new("DELETE", "/v1/faults/partition", "Make the network whole again; answered when the nodes have, or after 2 s", HealAsync) { Answer = ApiJson.Default.PartitionView },
    ];

    private Task ShowAsync(HttpContext context) => HttpJson.WriteAsync(context, ViewNow(), ApiJson.Default.PartitionView);

    private async Task CutAsync(HttpContext context)
    {
        var asked = await HttpJson.ReadAsync(context, ApiJson.Default.PartitionRequest).ConfigureAwait(false);
        if (!settings.FaultInjection)
            throw new ApiProblem(ProblemKind.Conflict, "Fault injection is off: set trapline.fault-injection = on for all nodes, as 'trapline up' does.");
        var nodes = _folder.ReadNodes().Select(n => n.Name).ToList();
        if (!asked.Groups.IsDefault && asked.Groups.Where(g => !g.IsDefault).SelectMany(g => g).FirstOrDefault(name => !nodes.Contains(name, StringComparer.Ordinal)) is { } unknown)
            throw new ApiProblem(ProblemKind.NotFound, UnknownName.Describe("node", unknown, "Nodes", nodes));
        if (Partition.Complete(asked.Groups, nodes, out var groups) is { } problem)
            throw new ApiProblem(ProblemKind.Invalid, problem);
        _folder.Write(new Partition(Guid.NewGuid().ToString("n"), groups, asked.OneWay, time.GetUtcNow()));
        await AnswerWhenAppliedAsync(context).ConfigureAwait(false);
    }

    private Task HealAsync(HttpContext context)
    {
        _folder.Heal();
        return AnswerWhenAppliedAsync(context);
    }

    private async Task AnswerWhenAppliedAsync(HttpContext context)
    {
        var began = time.GetTimestamp();
        while (!ViewNow().Pending.IsEmpty && time.GetElapsedTime(began) < AppliedWithin)
            await Task.Delay(Poll, time, context.RequestAborted).ConfigureAwait(false);
        await HttpJson.WriteAsync(context, ViewNow(), ApiJson.Default.PartitionView).ConfigureAwait(false);
    }

    private PartitionView ViewNow()
    {
        var partition = _folder.ReadPartition();
        return new PartitionView(partition?.Text, partition?.Since, [.. _folder.ReadNodes().Where(n => n.Applied != partition?.Id).Select(n => n.Name)]);
    }
}
