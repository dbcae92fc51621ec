// usage: ActorRuntime.Bench [name...]      all benchmarks, or those named
using System.Globalization;
using Trapline.ActorRuntime.Bench;

IReadOnlyList<IBenchmark> all =
[
    new PingPong(), new OneWayTell(),
    new SequentialAsk(timeLimit: false), new SequentialAsk(timeLimit: true),
    new ActorCreation(measureMemory: false), new ActorCreation(measureMemory: true), new RemotePingPong(),
];
var chosen = args.Length == 0 ? all : [.. all.Where(b => args.Contains(b.Name, StringComparer.Ordinal))];
if (chosen.Count == 0)
{
    await Console.Error.WriteLineAsync($"There is no such benchmark; there are: {string.Join(", ", all.Select(b => b.Name))}");
    return 2;
}

await Console.Out.WriteLineAsync($"{"benchmark",-18} {"median",14} {"least",14} {"most",14}   {"bar",-22} verdict");
foreach (var benchmark in chosen)
{
    _ = await benchmark.RunAsync();
    var results = new List<double>();
    for (var round = 0; round < benchmark.Rounds; round++)
        results.Add(await benchmark.RunAsync());
    results.Sort();
    var median = results[results.Count / 2];
    var reached = benchmark.LessIsBetter ? median <= benchmark.Bar : median >= benchmark.Bar;
    var bar = string.Create(CultureInfo.InvariantCulture, $"{benchmark.Bar:N0} {benchmark.Unit}");
    await Console.Out.WriteLineAsync(string.Create(
        CultureInfo.InvariantCulture, $"{benchmark.Name,-18} {median,14:N0} {results[0],14:N0} {results[^1],14:N0}   {bar,-22} {(reached ? "reached" : "MISSED")}"));
}

return 0;
