using System.Net;
using System.Text.Json.Nodes;
using Trapline.Cluster.Tests.Processes;

namespace Trapline.Cluster.Tests.Journal;

/// <summary>Small changes, one event each, that harm nobody: a node is cordoned and uncordoned. Each that was accepted must be in the journal for good.</summary>
internal sealed class CordonChanges(RealCluster cluster)
{
    private const string Node = "node1";

    private readonly List<(string Availability, long Generation)> _accepted = [];
    private bool _cordoned;
    private bool _inDoubt;

    /// <summary>How many were accepted.</summary>
    public int Accepted => _accepted.Count;

    /// <summary>Asks for one that must be accepted.</summary>
    public async Task DoAsync() => Assert.Null(await AskAsync());

    /// <summary>Asks for one; returns why it was refused, or null.</summary>
    public async Task<string?> AskAsync()
    {
        var (status, body) = await cluster.Api.SendAsync(HttpMethod.Post, $"/v1/nodes/{Node}/{(_cordoned ? "uncordon" : "cordon")}");
        if (status != HttpStatusCode.Accepted)
        {
            _inDoubt = true; // it may have been kept, so that the next of its kind changes nothing
            return status is null ? body : (string)JsonNode.Parse(body)!["detail"]!;
        }

        _cordoned = !_cordoned;
        if (!_inDoubt)
            _accepted.Add((_cordoned ? "cordoned" : "schedulable", (long)JsonNode.Parse(body)!["generation"]!));
        _inDoubt = false;
        return null;
    }

    /// <summary>Asks until one is refused; returns why.</summary>
    public async Task<string> UntilRefusedAsync()
    {
        for (; ; )
        {
            if (await AskAsync() is { } refusal)
                return refusal;
        }
    }

    /// <summary>Waits until changes are accepted again, checks that each that was accepted before is kept, and leaves the node as it was.</summary>
    public async Task CheckAsync()
    {
        await cluster.UntilAsync("changes are accepted", async () => await AskAsync() is null && !_cordoned);
        var kept = (await cluster.EventsAsync()).ToDictionary(e => e.Generation);
        foreach (var (availability, generation) in _accepted)
        {
            Assert.True(kept.TryGetValue(generation, out var e) && e.Kind == "host-scheduling" && e.Text.Contains($"{Node} is {availability}", StringComparison.Ordinal),
                $"{availability} was accepted as {generation}, and the journal has there: {e?.Text ?? "nothing"}");
        }
    }
}
