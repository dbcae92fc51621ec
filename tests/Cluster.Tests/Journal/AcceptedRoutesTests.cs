using System.Net;
using System.Text.Json.Nodes;
using Trapline.Cluster.Tests.Faults;
using Trapline.Cluster.Tests.Processes;
using Xunit.Abstractions;

namespace Trapline.Cluster.Tests.Journal;

/// <summary>
/// Every route that changes something, and the controller killed the moment that it has answered: what was accepted is there, or is carried out by the
/// next controller. Several routes share a kill; each alone: <c>TRAPLINE_ACCEPT_ALONE=1 dotnet test tests/Cluster.Tests -c Release --filter AcceptedRoutesTests</c>.
/// </summary>
[Collection(OwnClusters.Name)]
public sealed class AcceptedRoutesTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Attempts = 5;

    private RealCluster Cluster { get; set; } = null!;

    public async Task InitializeAsync()
    {
        var settings = Path.GetTempFileName();
        await File.WriteAllTextAsync(settings, "trapline.controller.balance = off\n"); // moves nobody asked for would be in the way
        Cluster = await RealCluster.StartAsync(null, "--nodes", "3", "--config", settings);
        File.Delete(settings);
    }

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    [Fact]
    public async Task What_any_route_accepted_is_carried_out_after_the_controller_was_killed_behind_its_answer()
    {
        var rounds = await AcceptedRoutes.StartAsync(Cluster);
        var isAlone = Environment.GetEnvironmentVariable("TRAPLINE_ACCEPT_ALONE") == "1";
        var routes = new HashSet<string>(AcceptedRoutes.NoChanges, StringComparer.Ordinal);
        foreach (var round in rounds)
        {
            foreach (var asked in isAlone ? round.Chunk(1) : [round])
                await RoundAsync(asked);
            routes.UnionWith(round.Select(change => change.Route));
        }

        await Cluster.AuditAsync();
        Assert.Equal(await ChangingRoutesAsync(), routes.Order(StringComparer.Ordinal));
    }

    private async Task RoundAsync(AcceptedChange[] changes)
    {
        for (var attempt = 1; changes.Length > 0; attempt++)
            changes = await TryRoundAsync(changes, isLast: attempt == Attempts);
    }

    /// <summary>One kill. Returns what was refused and has to be asked for again: a host that was held up has no lease for a moment, and takes nothing.</summary>
    private async Task<AcceptedChange[]> TryRoundAsync(AcceptedChange[] changes, bool isLast)
    {
        var began = TimeProvider.System.GetTimestamp();
        foreach (var change in changes)
            await change.PrepareAsync();
        var controller = Cluster.Node("controller1");
        var answers = await Task.WhenAll(changes.Select(change => change.AskAsync()));
        Posix.Send(controller.Pid, Posix.Kill);
        var refused = new List<AcceptedChange>();
        foreach (var (change, answer) in changes.Zip(answers))
        {
            change.Killed();
            if (!isLast && answer.Status is (HttpStatusCode.Conflict or HttpStatusCode.ServiceUnavailable))
                refused.Add(change);
            else
                Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.Accepted or HttpStatusCode.NoContent, $"{change.Route}: {answer}");
        }

        await Cluster.UntilAsync("the controller is started again", () => Task.FromResult(Cluster.Node("controller1").Starts > controller.Starts));
        foreach (var change in changes.Except(refused))
        {
            await Cluster.UntilAsync($"{change.Route} is carried out", change.HoldsAsync);
            output.WriteLine($"{TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s: {change.Route}");
        }

        return [.. refused];
    }

    /// <summary>Those that the API's own description has.</summary>
    private async Task<IEnumerable<string>> ChangingRoutesAsync()
    {
        var (status, body) = await Cluster.Api.SendAsync(HttpMethod.Get, "/openapi.json");
        Assert.Equal(HttpStatusCode.OK, status);
        return JsonNode.Parse(body)!["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(operation => $"{operation.Key.ToUpperInvariant()} {path.Key}"))
            .Where(route => !route.StartsWith("GET ", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
    }
}
