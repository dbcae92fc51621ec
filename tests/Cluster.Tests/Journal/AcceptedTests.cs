using System.Net;
using Trapline.Cluster.Tests.Faults;
using Trapline.Cluster.Tests.Processes;
using Xunit.Abstractions;

namespace Trapline.Cluster.Tests.Journal;

/// <summary>
/// The controller is killed the moment that it has answered: what it accepted is there afterwards. A long run:
/// <c>TRAPLINE_ACCEPT_ROUNDS=100 TRAPLINE_ACCEPT_SEED=1 dotnet test tests/Cluster.Tests -c Release --filter AcceptedTests</c>.
/// </summary>
[Collection(OneController.Name)]
public sealed class AcceptedTests(ThreeNodesOneController fixture, ITestOutputHelper output)
{
    private const int Names = 5;

    private readonly Dictionary<string, HashSet<string>> _possible = Enumerable.Range(1, Names).ToDictionary(i => $"accepted-{i}", _ => new HashSet<string>(StringComparer.Ordinal) { Gone }, StringComparer.Ordinal);

    private const string Gone = "gone";

    private RealCluster Cluster { get; } = fixture.Cluster;

    [Fact]
    public async Task What_was_accepted_is_there_after_the_controller_was_killed_behind_its_answer()
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable("TRAPLINE_ACCEPT_ROUNDS") ?? "5");
        var seed = int.Parse(Environment.GetEnvironmentVariable("TRAPLINE_ACCEPT_SEED") ?? $"{Environment.ProcessId}");
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < rounds; round++)
        {
            await RoundAsync(random);
            await Cluster.UntilAsync("a new controller knows all that was accepted", v => _possible.All(p => p.Value.Contains(v.FindVm(p.Key)?.Desired ?? Gone)));
            var view = await Cluster.UntilAsync("terminated VMs are gone", v => !v.Vms.Any(vm => vm.Desired == "terminated"));
            foreach (var (name, possible) in _possible)
            {
                possible.Clear();
                possible.Add(view.FindVm(name)?.Desired ?? Gone);
            }
        }

        foreach (var name in _possible.Keys.Where(name => !_possible[name].Contains(Gone)))
            await Cluster.TerminateAsync(name);
        await fixture.CheckAsync();
    }

    /// <summary>Asks for a change of each VM at once, and kills the controller behind its first answer.</summary>
    private async Task RoundAsync(Random random)
    {
        var controller = Cluster.Node("controller1");
        var changes = _possible.Keys.Select(name => (Name: name, Change: Draw(random, name))).ToList();
        var asked = changes.Select(c => Cluster.Api.SendAsync(c.Change.Method, c.Change.Path, c.Change.Body)).ToList();
        await Task.WhenAny(asked);
        Posix.Send(controller.Pid, Posix.Kill);
        var answers = await Task.WhenAll(asked);
        for (var i = 0; i < changes.Count; i++)
        {
            var (name, (_, path, _, result)) = changes[i];
            output.WriteLine($"{path} of {name} to be {result}: {answers[i].Status?.ToString() ?? "no answer"}");
            if (answers[i].Status == HttpStatusCode.Accepted)
                _possible[name].Clear();
            else
                Assert.Null(answers[i].Status);
            _possible[name].Add(result);
        }

        await Cluster.UntilAsync("the controller is started again", () => Task.FromResult(Cluster.Node("controller1").Starts > controller.Starts));
    }

    private (HttpMethod Method, string Path, string? Body, string Result) Draw(Random random, string name)
    {
        var now = _possible[name].Single();
        if (now == Gone)
            return (HttpMethod.Post, "/v1/vms", $$"""{ "image": "minios", "type": "highcpu.small", "name": "{{name}}" }""", "running");
        return random.Next(3) switch
        {
            0 => (HttpMethod.Delete, $"/v1/vms/{name}", null, Gone),
            _ when now == "running" => (HttpMethod.Post, $"/v1/vms/{name}/stop", null, "stopped"),
            _ => (HttpMethod.Post, $"/v1/vms/{name}/start", null, "running"),
        };
    }
}
