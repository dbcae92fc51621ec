using System.Diagnostics;
using Trapline.Cli.Launching;

namespace Trapline.Cluster.Bench;

/// <summary><c>trapline up --detach</c> as a user runs it, from the start of that process until it says that the cluster is ready.</summary>
internal static class UpTime
{
    private static readonly TimeSpan Bar = TimeSpan.FromSeconds(5);

    public static async Task MeasureAsync(BenchOptions options, Report report, CancellationToken cancellation)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < options.Count && !cancellation.IsCancellationRequested; i++)
        {
            var folder = Directory.CreateTempSubdirectory("trapline-bench-");
            try
            {
                var began = TimeProvider.System.GetTimestamp();
                await TraplineAsync("up", "--detach", "--nodes", "3", "--data", folder.FullName);
                times.Add(TimeProvider.System.GetElapsedTime(began));
                Console.Error.WriteLine($"   up: {times[^1].TotalSeconds:0.00} s");
            }
            finally
            {
                await TraplineAsync("down", "--data", folder.FullName);
                folder.Delete(recursive: true);
            }
        }

        report.Times("three nodes and a controller, `trapline up` until ready", times, Bar);
    }

    private static async Task TraplineAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(NodePrograms.Dotnet, [Path.Combine(AppContext.BaseDirectory, "trapline.dll"), .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"trapline {arguments[0]} ended with {process.ExitCode}: {await errors}");
    }
}
