using System.Diagnostics;
using System.Globalization;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.TestSupport;
using Xunit.Abstractions;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>
/// Random guest programs in the JIT, in a process of their own (tests/JitVictim), so that one that kills its host is known by its seed: in lock-step with
/// the interpreter, of which no bit may differ, and hostile ones, which may do anything but harm the host. A long run:
/// <c>TRAPLINE_FUZZ_FACTOR=1000 dotnet test tests/Hypervisor.Tests -c Release --filter LockStep</c>; from another seed with <c>TRAPLINE_FUZZ_SEED</c>.
/// </summary>
public sealed class LockStepTests(ITestOutputHelper output)
{
    /// <summary>For one program. Only reached on failure; a loaded machine is slow.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [SkippableTheory]
    [InlineData("machine", 60)]
    [InlineData("paged", 60)]
    [InlineData("hostile", 300)]
    public async Task Random_programs_agree_with_the_interpreter_and_never_harm_the_host(string kind, int programs)
    {
        Skip.IfNot(JitEngine.IsSupported, "this host has no JIT");
        int[] seeds = [.. FuzzRun.Seeds(programs)];
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "Trapline.JitVictim.dll"), kind, Text(seeds[0]), Text(seeds.Length)];
        using Process victim = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = victim.StandardError.ReadToEndAsync();
        string last = await LastLineAsync(victim);

        Assert.True(victim.ExitCode == 0, $"at {last}: exit code {victim.ExitCode}\n{await errors}");
        output.WriteLine($"{kind}: seeds {seeds[0]} to {seeds[^1]}: {last}");
    }

    private static async Task<string> LastLineAsync(Process victim)
    {
        string last = "its start";
        try
        {
            while (await victim.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line)
                last = line;
            await victim.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException e)
        {
            victim.Kill();
            throw new TimeoutException($"the program of {last} did not end", e);
        }
        return last;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
