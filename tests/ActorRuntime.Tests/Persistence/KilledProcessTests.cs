using System.Diagnostics;
using Xunit.Abstractions;

namespace Trapline.ActorRuntime.Tests.Persistence;

/// <summary>A process killed while it stores events leaves a journal with all that it had acknowledged, and no gap.</summary>
public sealed class KilledProcessTests : Akka.TestKit.Xunit2.TestKit
{
    private const int Enough = 50;
    private readonly SqlDatabase _database;

    public KilledProcessTests(ITestOutputHelper output)
        : this(SqlDatabase.Sqlite(), output)
    {
    }

    private KilledProcessTests(SqlDatabase database, ITestOutputHelper output)
        : base(database.Config(), output) => _database = database;

    [Fact]
    public async Task Nothing_acknowledged_is_lost()
    {
        var acknowledged = new List<string>();
        // Twice, so that the second process recovers from what the first one left.
        for (var run = 0; run < 2; run++)
            acknowledged.AddRange(await RunUntilKilledAsync());
        var replayed = new List<string>();
        Sys.ActorOf(Scripted.Props("victim", TestActor, s => s.SayWhatIsReplayed()));
        for (var message = ExpectMsg<string>(); message != "recovered"; message = ExpectMsg<string>())
            replayed.Add(message["replayed ".Length..]);
        Assert.Equal(Enumerable.Range(1, replayed.Count).Select(n => "n" + n), replayed);
        Assert.Empty(acknowledged.Except(replayed, StringComparer.Ordinal));
        Assert.True(acknowledged.Count >= 2 * Enough);
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _database.Dispose();
    }

    private async Task<List<string>> RunUntilKilledAsync()
    {
        var config = Path.Combine(Path.GetTempPath(), $"victim-{Guid.NewGuid():N}.conf");
        await File.WriteAllTextAsync(config, _database.Config("akka.stdout-loglevel = OFF\nakka.loglevel = OFF"));
        var victim = Path.Combine(AppContext.BaseDirectory, "Trapline.JournalVictim.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [victim, config])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
            var acknowledged = new List<string>();
            while (acknowledged.Count < Enough)
            {
                var line = await process.StandardOutput.ReadLineAsync(limit.Token);
                Assert.True(line is not null, "the process ended by itself: " + (line is null ? await errors : ""));
                acknowledged.Add(line!);
            }

            process.Kill();
            acknowledged.AddRange((await process.StandardOutput.ReadToEndAsync(limit.Token)).Split('\n')[..^1]);
            await process.WaitForExitAsync(limit.Token);
            return acknowledged;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
            File.Delete(config);
        }
    }
}
