// usage: ActorRuntime.Bench [name...]      all benchmarks, or those named
using System.Globalization;
using Trapline.ActorRuntime.Bench;

IReadOnlyList<IBenchmark> all = [new RemotePingPong()];
var chosen = args.Length == 0 ? all : [.. all.Where(b => args.Contains(b.Name, StringComparer.Ordinal))];
if (chosen.Count == 0)
{
    await Console.Error.WriteLineAsync($"There is no such benchmark; there are: {string.Join(", ", all.Select(b => b.Name))}");
    return 2;
}

foreach (var benchmark in chosen)
{
    var best = 0.0;
    for (var round = 0; round < benchmark.Rounds; round++)
        best = Math.Max(best, await benchmark.RunAsync());
    var verdict = best >= benchmark.Bar ? "reached" : "MISSED";
    await Console.Out.WriteLineAsync(string.Create(
        CultureInfo.InvariantCulture, $"{benchmark.Name,-24} {best,14:N0} {benchmark.Unit,-12} bar {benchmark.Bar,12:N0}  {verdict}"));
}

return 0;
