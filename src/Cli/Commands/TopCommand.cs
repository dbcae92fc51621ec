using System.CommandLine;
using System.Globalization;
using System.Threading.Channels;
using Trapline.Cli.Client;
using Trapline.Cli.Consoles;
using Trapline.Cli.Terminals;
using Trapline.Cli.Top;
using Trapline.Shared.Api;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline top</c>: what nodes and VMs use, live on a terminal, sample after sample elsewhere.</summary>
internal static class TopCommand
{
    private const byte ControlC = 3;

    private static readonly Option<double> Interval = new("--interval", "-d") { Description = "Seconds between two samples", DefaultValueFactory = _ => 2, HelpName = "S" };
    private static readonly Option<bool> Once = new("--once") { Description = "Print one sample, measured over the interval, and end" };
    private static readonly Option<string> Sort = MakeSort();

    /// <summary>The command.</summary>
    public static Command Create() =>
        ClusterCommand.Create("top", "Shows what nodes and VMs use. Keys: c, m, e, n sort by cpu, memory, exits, name; q quits.", RunAsync).With(Interval, Once, Sort);

    private static async Task<int> RunAsync(ClusterSession session, CancellationToken cancellation)
    {
        var seconds = session.Parsed.GetValue(Interval);
        if (seconds is not (>= 0.1 and <= 3600))
            throw new CliException(ExitCodes.Usage, $"--interval {seconds.ToString(CultureInfo.InvariantCulture)} is not possible: give 0.1 to 3600 seconds");
        var interval = TimeSpan.FromSeconds(seconds);
        var first = await ReadAsync(session, cancellation).ConfigureAwait(false);
        if (session.Parsed.GetValue(Once) || session.Printer.IsJson || Console.IsOutputRedirected || Console.IsInputRedirected)
            await PrintAsync(session, first, interval, cancellation).ConfigureAwait(false);
        else
            await LiveAsync(session, first, interval, cancellation).ConfigureAwait(false);
        return ExitCodes.Success;
    }

    /// <summary>One sample after the other, without a terminal.</summary>
    private static async Task PrintAsync(ClusterSession session, TopReading before, TimeSpan interval, CancellationToken cancellation)
    {
        do
        {
            await Task.Delay(interval, TimeProvider.System, cancellation).ConfigureAwait(false);
            var now = await ReadAsync(session, cancellation).ConfigureAwait(false);
            var sample = TopFigures.Between(before, now, OrderOf(session));
            before = now;
            if (session.Printer.IsJson)
                session.Printer.PrintLine(sample, TopJson.Default.TopSample, _ => "");
            else
                session.Printer.Write(TopScreen.Of(sample));
        }
        while (!session.Parsed.GetValue(Once));
    }

    private static async Task LiveAsync(ClusterSession session, TopReading before, TimeSpan interval, CancellationToken cancellation)
    {
        using var terminal = Terminal.Open();
        using var screen = new TopScreen();
        using var api = ApiClient.Open(session.Data); // does not wait for a controller: keys are heard meanwhile, and the last reading stands
        session = session with { Api = api };
        var keys = TypedInput.Begin(isPerson: false, () => { });
        var (order, now) = (OrderOf(session), before);
        for (var earlier = (TopReading?)null; ; (earlier, now) = (now, await ReadOrKeepAsync(session, now, cancellation).ConfigureAwait(false)))
        {
            var next = TimeProvider.System.GetTimestamp();
            do
            {
                screen.Draw(TopFigures.Between(earlier, now, order), order, interval);
                if (!TryOrder(await KeyAsync(keys, interval - TimeProvider.System.GetElapsedTime(next), cancellation).ConfigureAwait(false), ref order))
                    return;
            }
            while (TimeProvider.System.GetElapsedTime(next) < interval);
        }
    }

    /// <summary>The next key, or 0 when none comes in time.</summary>
    private static async Task<byte> KeyAsync(ChannelReader<byte[]> keys, TimeSpan most, CancellationToken cancellation)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bound.CancelAfter(most > TimeSpan.Zero ? most : TimeSpan.Zero);
        try
        {
            return (await keys.ReadAsync(bound.Token).ConfigureAwait(false))[0];
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return 0;
        }
        catch (ChannelClosedException)
        {
            return (byte)'q'; // the terminal has gone
        }
    }

    /// <summary>What a key means; false to quit.</summary>
    private static bool TryOrder(byte key, ref TopOrder order)
    {
        order = (char)key switch { 'c' => TopOrder.Cpu, 'm' => TopOrder.Memory, 'e' => TopOrder.Exits, 'n' => TopOrder.Name, _ => order };
        return key is not ((byte)'q' or ControlC);
    }

    private static async Task<TopReading> ReadAsync(ClusterSession session, CancellationToken cancellation)
    {
        var cluster = session.Api.GetAsync("/v1/cluster", ApiJson.Default.ClusterView, cancellation);
        var usage = Pages.UsageAsync(session.Api, cancellation);
        return new TopReading(await cluster.ConfigureAwait(false), await usage.ConfigureAwait(false));
    }

    private static TopOrder OrderOf(ClusterSession session) => Enum.Parse<TopOrder>(session.Parsed.GetValue(Sort)!, ignoreCase: true);

    private static Option<string> MakeSort()
    {
        string[] orders = [.. Enum.GetNames<TopOrder>().Select(name => name.ToLowerInvariant())];
        var option = new Option<string>("--sort") { Description = "Order of VMs", DefaultValueFactory = _ => orders[0] };
        option.AcceptOnlyFromAmong(orders);
        return option;
    }

    /// <summary>While a controller is away the last reading stands.</summary>
    private static async Task<TopReading> ReadOrKeepAsync(ClusterSession session, TopReading last, CancellationToken cancellation)
    {
        try
        {
            return await ReadAsync(session, cancellation).ConfigureAwait(false);
        }
        catch (CliException e) when (e.ExitCode == ExitCodes.Unavailable)
        {
            return last;
        }
    }
}
