using Microsoft.AspNetCore.Http;
using Trapline.Shared.Api;
using Trapline.Shared.Conversations;

namespace Trapline.Controller.Api;

/// <summary>What happened in the cluster, and what happens.</summary>
internal sealed class EventRoutes(ClusterGate gate, EventStreams streams)
{
    private const int MostAtOnce = 500;

    public IEnumerable<ApiRoute> All() =>
    [
        new("GET", "/v1/events", "What happened, every decision with its reason; with follow=true as server-sent events, each an EventView", ServeAsync)
        {
            Answer = ApiJson.Default.ImmutableArrayEventView,
            Stream = ApiJson.Default.EventView,
            Query = new Dictionary<string, ApiParameter>(StringComparer.Ordinal)
            {
                ["after"] = ApiParameter.Number("Only events after this generation"),
                ["follow"] = ApiParameter.Flag("true: go on with what happens"),
            },
        },
    ];

    private async Task ServeAsync(HttpContext context)
    {
        var after = HttpJson.Number(context, "after", 0);
        if (!HttpJson.Flag(context, "follow"))
        {
            var kept = await gate.AskAsync<EventsKept>(new EventsAfter(after, int.MaxValue), context.RequestAborted).ConfigureAwait(false);
            await HttpJson.WriteAsync(context, kept.Events, ApiJson.Default.ImmutableArrayEventView).ConfigureAwait(false);
            return;
        }

        await streams.FollowAsync(
            context,
            async cancellation =>
            {
                var kept = await gate.AskAsync<EventsKept>(new EventsAfter(after, MostAtOnce), cancellation).ConfigureAwait(false);
                after = kept.Events.IsEmpty ? after : kept.Events[^1].Generation;
                return [.. kept.Events.Select(e => (e.Generation, e))];
            },
            ApiJson.Default.EventView).ConfigureAwait(false);
    }
}
