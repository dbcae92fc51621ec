using System.Text;
using Trapline.Cluster.Tests.Processes;

namespace Trapline.Cluster.Tests.Faults;

/// <summary>Somebody types at <c>trapline console -i</c> while controllers are killed: all of it arrives, once and in order.</summary>
[Collection(ThreeControllers.Name)]
public sealed class TypingTests(ThreeNodesThreeControllers fixture)
{
    private const int Lines = 120;

    [Fact]
    public async Task What_is_typed_while_the_controller_that_serves_is_killed_arrives_once()
    {
        var cluster = fixture.Cluster;
        await cluster.Trapline.RunAsync("run", "--image", "minios", "--type", "highcpu.small", "--name", "typed", "--wait", "--timeout", "100");
        var shell = new Shell(cluster, "typed");
        await shell.UntilReadyAsync(1);
        using var console = cluster.Trapline.Start("console", "typed", "-i");
        var errors = new StringBuilder();
        console.ErrorDataReceived += (_, e) =>
        {
            lock (errors)
                errors.AppendLine(e.Data);
        };
        console.BeginErrorReadLine();
        var shown = new StringBuilder();
        console.OutputDataReceived += (_, e) =>
        {
            lock (shown)
                shown.AppendLine(e.Data);
        };
        console.BeginOutputReadLine();
        var controllers = cluster.Nodes.Where(n => n.IsController).Select(n => n.Name).ToList();
        for (var i = 0; i < Lines; i++)
        {
            await console.StandardInput.WriteAsync($"echo line-{i}\r");
            await console.StandardInput.FlushAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);

            // A console that is not attached yet has no connection that could break.
            if (i == 0)
                await cluster.UntilAsync("the console is attached", () => Task.FromResult(LinesOf(shown).Count > 0), () => $"{shown}\n{errors}");

            // One of them serves the console: the one of the first address, or of the next that can be reached. What was typed is awaited each time:
            // the guest's terminal holds 1,024 bytes that its shell has not read, and drops what comes then.
            if (i % 40 == 20)
            {
                cluster.Kill(controllers[i / 40]);
                await cluster.UntilAsync("what was typed is shown", () => Task.FromResult(LinesOf(shown).Count > i), () => $"{shown}\n{errors}");
            }
        }

        await cluster.UntilAsync("the last line is shown", () => Task.FromResult(LinesOf(shown).Contains($"line-{Lines - 1}")), () => $"{shown}\n{errors}");
        Posix.Send(console.Id, Posix.Terminate);
        await console.WaitForExitAsync().WaitAsync(TraplineCommand.Patience);
        Assert.Equal(Enumerable.Range(0, Lines).Select(i => $"line-{i}"), LinesOf(shown));
        Assert.Contains("the connection broke and is made again", errors.ToString(), StringComparison.Ordinal);
        await cluster.Trapline.RunAsync("terminate", "typed");
        await fixture.CheckAsync();
    }

    /// <summary>What the guest answered: the lines that are nothing else.</summary>
    private static List<string> LinesOf(StringBuilder shown)
    {
        lock (shown)
            return [.. shown.ToString().Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("line-", StringComparison.Ordinal))];
    }
}
