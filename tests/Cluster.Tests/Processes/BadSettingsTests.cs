using System.Diagnostics;

namespace Trapline.Cluster.Tests.Processes;

/// <summary>A wrong setting ends a node's process with one line that names file, line, key and what was expected.</summary>
public sealed class BadSettingsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("akka {\n  loglevel = INFO\n}\ntrapline.host.workers = many\n", ":4: trapline.host.workers: expected a whole number")]
    [InlineData("trapline {\n  logging.level = loud\n}\n", ":2: trapline.logging.level: expected debug or information")]
    [InlineData("trapline.host {\n  watchdog = 10s\n", "is never closed")]
    public async Task A_wrong_setting_is_named_and_the_process_ends_with_code_2(string settings, string complaint)
    {
        var folder = Directory.CreateTempSubdirectory("trapline-");
        try
        {
            var file = Path.Combine(folder.FullName, "node.conf");
            await File.WriteAllTextAsync(file, settings);
            var start = new ProcessStartInfo("dotnet",
                [Path.Combine(AppContext.BaseDirectory, "Trapline.HostNode.dll"),
                 "--name", "a", "--port", "0", "--controllers", "127.0.0.1:9", "--data", folder.FullName, "--config", file])
            {
                RedirectStandardError = true,
                UseShellExecute = false,
            };
            using var process = Process.Start(start)!;
            var errors = await process.StandardError.ReadToEndAsync().WaitAsync(Patience);
            await process.WaitForExitAsync().WaitAsync(Patience);

            Assert.True(process.ExitCode == 2, $"exit code {process.ExitCode}: {errors}");
            var line = Assert.Single(errors.TrimEnd('\n').Split('\n'));
            Assert.StartsWith(file, line, StringComparison.Ordinal);
            Assert.Contains(complaint, line, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
