using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Trapline.Cli.Client;
using Trapline.Cli.Output;
using Trapline.Shared.Api;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline exits VM</c>: where a VM's time goes, by the reason for which its guest is left.</summary>
internal static class ExitsCommand
{
    private static readonly Argument<string> Vm = Names.Vm();
    private static readonly Option<double> Interval = new("--interval") { Description = "Seconds over which rates are measured; 0 shows totals alone", DefaultValueFactory = _ => 1, HelpName = "S" };

    /// <summary>The command.</summary>
    public static Command Create() =>
        ClusterCommand.Create("exits", "Shows a VM's exits from guest code by reason: counts, rates, and the time in guest and hypervisor.", RunAsync).With(Vm, Interval);

    private static async Task<int> RunAsync(ClusterSession session, CancellationToken cancellation)
    {
        var seconds = session.Parsed.GetValue(Interval);
        if (seconds is not (>= 0 and <= 3600))
            throw new CliException(ExitCodes.Usage, $"--interval {seconds.ToString(CultureInfo.InvariantCulture)} is not possible: give 0 to 3600 seconds");
        var path = $"/v1/vms/{PathPart.Of(session.Parsed.GetValue(Vm))}/exits";
        var first = await session.Api.GetAsync(path, ApiJson.Default.ExitsView, cancellation).ConfigureAwait(false);
        if (seconds == 0)
        {
            session.Printer.Print(first, ApiJson.Default.ExitsView, v => Table(v, null));
            return ExitCodes.Success;
        }

        await Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System, cancellation).ConfigureAwait(false);
        var second = await session.Api.GetAsync(path, ApiJson.Default.ExitsView, cancellation).ConfigureAwait(false);
        var comparable = first.Incarnation == second.Incarnation && second.AtSeconds > first.AtSeconds;
        if (session.Printer.IsJson)
            session.Printer.Print([first, second], ApiJson.Default.ImmutableArrayExitsView, _ => new Text(""));
        else
            session.Printer.Write(Table(second, comparable ? first : null));
        return ExitCodes.Success;
    }

    private static Rows Table(ExitsView now, ExitsView? before)
    {
        var between = before is null ? 0 : now.AtSeconds - before.AtSeconds;
        var earlier = (before?.Exits ?? []).ToDictionary(e => e.Reason, StringComparer.Ordinal);
        var time = Math.Max(now.Exits.Sum(e => e.TotalMicroseconds), 1e-9);
        var table = new Sheet("REASON", "COUNT", "PER SECOND", "TIME %", "LEAST US", "AVERAGE US", "MOST US");
        foreach (var exit in now.Exits)
        {
            table.Row(
                ExitText.Of(exit.Reason),
                Whole(exit.Count),
                before is null ? null : Number((exit.Count - (earlier.GetValueOrDefault(exit.Reason)?.Count ?? 0)) / between, "0.0"),
                Number(100 * exit.TotalMicroseconds / time, "0.0"),
                Number(exit.LeastMicroseconds, "0.00"),
                Number(exit.TotalMicroseconds / Math.Max(1, exit.Count), "0.00"),
                Number(exit.MostMicroseconds, "0.00"));
        }

        var lines = new List<IRenderable>
        {
            table,
            new Text(""),
            new Text($"incarnation {now.Incarnation} on {now.Node}, engine {now.Engine}: {Number(now.GuestSeconds, "0.000")} s in guest, {Number(now.HypervisorSeconds, "0.000")} s in hypervisor, {Whole(now.Instructions)} instructions"),
        };
        if (before is not null)
        {
            var busy = 100 * (now.GuestSeconds - before.GuestSeconds) / between;
            var handling = 100 * (now.HypervisorSeconds - before.HypervisorSeconds) / between;
            var mips = (now.Instructions - before.Instructions) / between / 1e6;
            lines.Add(new Text($"in the last {Number(between, "0.0")} s: guest {Number(busy, "0.0")} % of a core, hypervisor {Number(handling, "0.0")} %, {Number(mips, "0.0")} million instructions per second"));
        }

        if (!now.Counters.IsEmpty)
        {
            lines.Add(new Text(""));
            lines.Add(Counters(now, before, between));
        }

        return new Rows(lines);
    }

    private static Sheet Counters(ExitsView now, ExitsView? before, double between)
    {
        var table = new Sheet("ENGINE", "COUNT", "PER SECOND");
        foreach (var (name, count) in now.Counters)
            table.Row(name.Replace('-', ' '), Whole(count), before is null ? null : Number((count - before.Counters.GetValueOrDefault(name)) / between, "0.0"));
        return table;
    }

    private static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
