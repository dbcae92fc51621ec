// What a cluster reaches, beside the bars that it has to reach. Give the names of measurements:
//   up          a cluster of three nodes, from `trapline up` until all serve
//   scale       1,000 minios guests on three nodes: until each answers at its console, idle cost, memory
//   placement   decisions per second with 5,000 hosts and 100,000 placed VMs
//   recovery    a controller's journal after 1,000,000 events
//   failover    how long until guests execute again after each kind of fault; all kinds, or those whose names follow
// and --count N for the repetitions of `up` and `failover` (30). Exit code 1: a figure misses its bar. Ctrl-C ends everything that was started.
using System.Runtime.InteropServices;
using Trapline.Cluster.Bench;

using var leave = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Leave);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Leave);
var measurements = new Dictionary<string, Func<BenchOptions, Report, CancellationToken, Task>>(StringComparer.Ordinal)
{
    ["up"] = UpTime.MeasureAsync,
    ["scale"] = Scale.MeasureAsync,
    ["placement"] = PlacementRate.MeasureAsync,
    ["recovery"] = JournalRecovery.MeasureAsync,
    ["failover"] = FailOver.MeasureAsync,
};

if (args.Length == 0 || !measurements.TryGetValue(args[0], out var measure) || !BenchOptions.TryParse(args[1..], out var options))
{
    Console.Error.WriteLine($"give one of {string.Join(", ", measurements.Keys)}, then names of parts, and --count N");
    return 2;
}

var report = new Report();
try
{
    await measure(options, report, leave.Token);
    report.Print();
    return report.AllReached ? 0 : 1;
}
catch (OperationCanceledException) when (leave.IsCancellationRequested)
{
    report.Print();
    return 130;
}

void Leave(PosixSignalContext context)
{
    context.Cancel = true;
    leave.Cancel();
}
