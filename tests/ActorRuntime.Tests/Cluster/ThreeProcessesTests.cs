namespace Trapline.ActorRuntime.Tests.Cluster;

/// <summary>Three real processes with a singleton that persists to one SQLite file.</summary>
public sealed class ThreeProcessesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cluster-sample-");
    private readonly List<CounterProcess> _processes = [];

    private string Hocon => $$"""
        akka {
          loglevel = INFO
          actor.provider = cluster
          coordinated-shutdown.run-by-clr-shutdown-hook = off
          remote {
            dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
            retry-gate-closed-for = 500ms
          }
          cluster {
            gossip-interval = 200ms
            leader-actions-interval = 200ms
            unreachable-nodes-reaper-interval = 200ms
            seed-node-timeout = 3s
            downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
            split-brain-resolver { active-strategy = keep-majority, stable-after = 3s }
            failure-detector { heartbeat-interval = 500ms, acceptable-heartbeat-pause = 5s }
          }
          persistence.journal {
            plugin = "akka.persistence.journal.sql"
            sql {
              class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"
              connection-string = "Data Source={{Path.Combine(_folder.FullName, "counter.db")}}"
              provider-name = "SQLite.MS"
              auto-initialize = true
            }
          }
        }
        """;

    public void Dispose()
    {
        foreach (var process in _processes)
            process.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_persistent_singleton_survives_the_kill_of_its_host_and_is_handed_over_on_SIGTERM()
    {
        await JoinAsync();
        var host = await HostAsync(_processes);
        Assert.Same(_processes[0], host);
        for (var number = 1; number <= 15; number++)
            await _processes[number % 3].AddAsync(number);

        // A crash: what was acknowledged is there again on another node.
        await host.KillAsync();
        var survivors = _processes.Where(p => p != host).ToList();
        var waiting = survivors[0].AddAsync(16);
        var second = await HostAsync(survivors);
        Assert.Contains(second.Lines, l => l is "singleton started 15" or "singleton started 16");
        await waiting;
        foreach (var survivor in survivors)
            await survivor.UntilAsync(l => l == "up 2", "two members are up");
        await survivors[1].AddAsync(17);

        // A graceful end of the new host: numbers are added all the while, and each that is acknowledged stays.
        var last = survivors.Single(p => p != second);
        var adding = Enumerable.Range(18, 10).Select(last.AddAsync).ToList();
        Assert.Equal(0, await second.TerminateAsync());
        Assert.Contains("singleton stopped", second.Lines);
        Assert.Same(last, await HostAsync([last]));
        await Task.WhenAll(adding);

        last.Say("list");
        var numbers = await last.UntilAsync(l => l.StartsWith("numbers ", StringComparison.Ordinal), "the numbers");
        Assert.Equal($"numbers {string.Join(",", Enumerable.Range(1, 27))}", numbers);
        Assert.Equal(0, await last.TerminateAsync());
    }

    private async Task JoinAsync()
    {
        _processes.AddRange(await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => CounterProcess.StartAsync(Hocon))));
        var join = $"join {string.Join(" ", _processes.Select(p => p.Address))}";
        foreach (var process in _processes)
            process.Say(join);
        foreach (var process in _processes)
            await process.UntilAsync(l => l == "up 3", "three members are up");
    }

    private static async Task<CounterProcess> HostAsync(IReadOnlyList<CounterProcess> among)
    {
        await Eventually.TrueAsync(
            () => among.Any(p => p.RunsSingleton),
            () => $"the singleton runs; printed:\n{string.Join("\n---\n", among.Select(p => string.Join('\n', p.Lines)))}");
        return among.Single(p => p.RunsSingleton);
    }
}
