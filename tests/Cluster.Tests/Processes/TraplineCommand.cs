using System.Diagnostics;
using System.Text.Json.Nodes;
using Trapline.TestSupport;

namespace Trapline.Cluster.Tests.Processes;

/// <summary>The <c>trapline</c> command on one data root, as a user runs it: each command a process, with its exit code and what it printed.</summary>
internal sealed class TraplineCommand(string data)
{
    /// <summary>As long as tests wait for anything.</summary>
    public static TimeSpan Patience => Waiting.Patience;

    /// <summary>The program.</summary>
    public static readonly string Program = Repository.PathOf(
        "src", "Cli", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)), "trapline.dll");

    /// <summary>Starts a command that goes on until it is ended.</summary>
    public Process Start(params string[] arguments) => Process.Start(Redirected([.. arguments, "--data", data]))!;

    /// <summary>Runs a command to its end.</summary>
    public Task<(int Code, string Output, string Errors)> TryAsync(params string[] arguments) => TryPlainAsync([.. arguments, "--data", data]);

    /// <summary>Runs a command to its end, one that is about no cluster or names its data root itself.</summary>
    public static async Task<(int Code, string Output, string Errors)> TryPlainAsync(params string[] arguments)
    {
        using var process = Process.Start(Redirected(arguments))!;
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output, await errors);
    }

    /// <summary>Runs a command that must succeed; returns what it printed.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, errors) = await TryAsync(arguments);
        Assert.True(code == 0, $"trapline {string.Join(' ', arguments)} ended with {code}:\n{output}\n{errors}");
        return output;
    }

    /// <summary>All VMs by name.</summary>
    public async Task<Dictionary<string, JsonNode>> VmsAsync() =>
        JsonNode.Parse(await RunAsync("ls", "--output", "json"))!.AsArray().ToDictionary(v => (string)v!["name"]!, v => v!, StringComparer.Ordinal);

    /// <summary>Waits until the VMs are as wanted; commands that fail meanwhile, as while a controller is away, are asked again.</summary>
    public async Task<Dictionary<string, JsonNode>> UntilVmsAsync(string what, Func<Dictionary<string, JsonNode>, bool> wanted)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (; ; )
        {
            var (code, output, errors) = await TryAsync("ls", "--output", "json");
            if (code == 0 && JsonNode.Parse(output)!.AsArray().ToDictionary(v => (string)v!["name"]!, v => v!, StringComparer.Ordinal) is { } vms && wanted(vms))
                return vms;
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"not within {Patience}: {what}\n{output}\n{errors}");
        }
    }

    /// <summary>Waits until what a guest printed holds a text: its present incarnation, or all that are kept.</summary>
    public async Task<string> UntilConsoleAsync(string vm, string text, bool present = true)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (; ; )
        {
            var (code, output, errors) = await TryAsync(present ? ["console", vm, "--present"] : ["console", vm]);
            if (code == 0 && output.Contains(text, StringComparison.Ordinal))
                return output;
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"not within {Patience}: '{text}' at the console of {vm}\n{output}\n{errors}");
        }
    }

    private static ProcessStartInfo Redirected(string[] arguments) =>
        new("dotnet", [Program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
}
