using System.Globalization;
using System.Text;
using Trapline.Shared.Api;

namespace Trapline.Cluster.Tests.Processes;

/// <summary>The shell of a <c>minios</c> guest.</summary>
internal sealed class Shell(RealCluster cluster, string vm)
{
    /// <summary>Waits until the shell of an incarnation that boots takes commands; one that a move brought never says so.</summary>
    public Task UntilReadyAsync(long incarnation) => cluster.UntilAsync("the shell is ready", async () =>
        await ConsoleAsync() is { } console && console.Incarnation == incarnation && TextOf(console).Contains("minios: ready", StringComparison.Ordinal));

    /// <summary>How long the guest says that it has been up, in seconds.</summary>
    public async Task<double> UptimeAsync()
    {
        var from = await UntilPositionIsKnownAsync();
        await TypeAsync("uptime\r");
        double? uptime = null;
        await cluster.UntilAsync("the guest says how long it has been up", async () =>
        {
            var lines = await ConsoleAsync(from) is { } console ? TextOf(console).Split('\n') : [];
            var line = Array.Find(lines, l => l.StartsWith("uptime: ", StringComparison.Ordinal) && l.Contains(" s", StringComparison.Ordinal));
            uptime = line is null ? null : double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
            return uptime is not null;
        });
        return uptime!.Value;
    }

    /// <summary>Has the guest panic, as soon as somebody takes what is typed.</summary>
    public Task PanicAsync() => TypeAsync("crash panic\r");

    /// <summary>Types until somebody takes it: a node or a controller that is held up for seconds does not answer in time. It may arrive twice.</summary>
    private Task TypeAsync(string text) => cluster.UntilAsync($"somebody takes '{text.Trim()}'", async () =>
    {
        try
        {
            await cluster.Api.TypeAsync(vm, text);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    });

    /// <summary>The end of the present incarnation's console: after a move the old one may still be shown for a moment.</summary>
    private async Task<long> UntilPositionIsKnownAsync()
    {
        var incarnation = (await cluster.UntilRunsAsync(vm)).Incarnation;
        ConsoleView? console = null;
        await cluster.UntilAsync("the console is that of the present incarnation", async () => (console = await ConsoleAsync())?.Incarnation >= incarnation);
        return console!.Next;
    }

    private Task<ConsoleView?> ConsoleAsync(long from = 0) => cluster.Api.TryGetAsync($"/v1/vms/{vm}/console?from={from}", ApiJson.Default.ConsoleView);

    private static string TextOf(ConsoleView console) => Encoding.ASCII.GetString(console.Bytes);
}
