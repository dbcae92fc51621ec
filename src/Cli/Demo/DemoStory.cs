using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Trapline.Cli.Launching;
using Trapline.Cli.Output;
using Trapline.Shared.Api;

namespace Trapline.Cli.Demo;

/// <summary>
/// What <c>trapline demo</c> shows on a running cluster: guests start; a guest panics and is back on its node; a node is killed, and what it ran
/// runs elsewhere with its disk intact. Each step waits for the cluster's own events and says how long it took.
/// </summary>
internal sealed class DemoStory(LocalCluster cluster, EventFeed events, DemoOutput output, TimeProvider time)
{
    private const string Debian = "debian";
    private const string DebianIsReady = "trapline: debian ready";
    private const int LinesOfDebian = 5;
    private const int LinesOfLedger = 3;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>What it waits for, for the message when that does not come.</summary>
    public string WaitsFor { get; private set; } = "the first guest";

    /// <summary>Tells it from start to end.</summary>
    public async Task TellAsync(CancellationToken cancellation)
    {
        await GuestsStartAsync(cancellation).ConfigureAwait(false);
        var panic = await GuestPanicsAsync("web-1", cancellation).ConfigureAwait(false);
        var loss = await NodeIsKilledAsync("ledger", cancellation).ConfigureAwait(false);
        await DebianBootsAsync(cancellation).ConfigureAwait(false);
        Chapter("What it took");
        output.Summary(("guest panic, from the end that the host reported", panic), ("node killed, from the signal, for the last of its VMs", loss));
    }

    /// <summary>The kernel that Debian ships, unmodified, if somebody has built its image.</summary>
    private async Task DebianBootsAsync(CancellationToken cancellation)
    {
        var images = await cluster.Api.GetAsync("/v1/images", ApiJson.Default.ImmutableArrayImageView, cancellation).ConfigureAwait(false);
        if (!images.Any(image => image.Name == Debian))
            return;
        Chapter("Debian's unmodified kernel boots, among the others");
        var began = time.GetTimestamp();
        await RunAsync(new RunRequest(Debian, "standard.medium", Debian), cancellation).ConfigureAwait(false);
        var text = await Printer.ProgressAsync("waiting for Debian", _ => ConsoleShowsAsync(Debian, DebianIsReady, cancellation)).ConfigureAwait(false);
        var boot = text[..(text.IndexOf(DebianIsReady, StringComparison.Ordinal) + DebianIsReady.Length)];
        foreach (var line in boot.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(LinesOfDebian))
            output.Say($"   {line}");
        output.Took("It is ready", time.GetElapsedTime(began));
    }

    private async Task GuestsStartAsync(CancellationToken cancellation)
    {
        Chapter("Guests: two web servers that must not share a node, one that keeps records on disk, one that works its memory");
        var began = time.GetUtcNow();
        await RunAsync(new RunRequest("minios", "highcpu.small", "web", Count: 2, Group: "web", Affinity: "apart"), cancellation).ConfigureAwait(false);
        await RunAsync(new RunRequest("journal", "highcpu.small", "ledger"), cancellation).ConfigureAwait(false);
        await RunAsync(new RunRequest("pagestorm", "highcpu.small", "storm", Restart: "on-failure"), cancellation).ConfigureAwait(false);
        string[] names = ["web-1", "web-2", "ledger", "storm"];
        foreach (var name in names)
            await events.UntilAsync(e => e.Kind == "vm-started" && e.VmName == name, cancellation).ConfigureAwait(false);
        var view = await AllExecuteAsync(cancellation).ConfigureAwait(false);
        var took = time.GetUtcNow() - began;
        output.Vms(view);
        output.Took("All of them run", took);
    }

    /// <summary>A guest that has started executes while its node holds its lease.</summary>
    private async Task<ImmutableArray<VmView>> AllExecuteAsync(CancellationToken cancellation)
    {
        WaitsFor = "all guests to run";
        for (; ; )
        {
            var view = await cluster.Api.GetAsync("/v1/vms", ApiJson.Default.ImmutableArrayVmView, cancellation).ConfigureAwait(false);
            if (view.All(vm => vm.State == VmStates.Running))
                return view;
            await Task.Delay(Poll, time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<TimeSpan> GuestPanicsAsync(string vm, CancellationToken cancellation)
    {
        Chapter($"A guest panics: 'crash panic' is typed at the console of {vm}");
        await ConsoleShowsAsync(vm, "minios: ready", cancellation).ConfigureAwait(false);
        var began = time.GetUtcNow();
        events.Show(began);
        await cluster.Api.TypeAsync(vm, Encoding.ASCII.GetBytes("crash panic\r"), cancellation).ConfigureAwait(false);
        var ended = await events.UntilAsync(e => e.Kind == "vm-ended" && e.VmName == vm && e.At >= began, cancellation).ConfigureAwait(false);
        var back = await events.UntilAsync(e => e.Kind == "vm-started" && e.VmName == vm && e.Incarnation > ended.Incarnation, cancellation).ConfigureAwait(false);
        events.Hide();
        return back.At - ended.At;
    }

    private async Task<TimeSpan> NodeIsKilledAsync(string vm, CancellationToken cancellation)
    {
        var text = await ConsoleShowsAsync(vm, "ack 5", cancellation).ConfigureAwait(false);
        var view = await cluster.Api.GetAsync("/v1/cluster", ApiJson.Default.ClusterView, cancellation).ConfigureAwait(false);
        var node = view.FindVm(vm)!.Node!;
        var there = view.Vms.Where(v => v.Node == node).ToList();
        Chapter($"Node {node} is killed (SIGKILL), with {string.Join(", ", there.Select(v => v.Name))} on it; {vm} has acknowledged record {LastNumber(text, "ack ")}");
        var began = time.GetUtcNow();
        events.Show(began);
        Signals.Send(cluster.Nodes.First(n => n.Name == node).Pid, Signal.Kill);
        var last = began;
        foreach (var lost in there)
            last = Later(last, (await events.UntilAsync(e => e.Kind == "vm-started" && e.Vm == lost.Id && e.Incarnation > lost.Incarnation, cancellation).ConfigureAwait(false)).At);
        await events.UntilAsync(e => e.Kind == "host-booted" && e.Node == node && e.At > began, cancellation).ConfigureAwait(false);
        events.Hide();
        var words = await ConsoleShowsAsync(vm, "journal: last record", cancellation).ConfigureAwait(false);
        var verified = LastNumber(words, "verified ");
        output.Gap();
        foreach (var line in words.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.StartsWith("verified ", StringComparison.Ordinal) || line.StartsWith("journal: last", StringComparison.Ordinal)).TakeLast(LinesOfLedger))
            output.Say($"   {vm}: {line}");
        output.Say($"{vm} found {verified} whole records on its disk: nothing that it had acknowledged is lost.");
        if (verified < LastNumber(text, "ack "))
            throw new CliException(ExitCodes.HypervisorFault, $"{vm} has lost acknowledged records");
        return last - began;
    }

    private Task<AcceptedView> RunAsync(RunRequest request, CancellationToken cancellation) =>
        cluster.Api.PostAsync("/v1/vms", request, ApiJson.Default.RunRequest, cancellation);

    /// <summary>Waits until the present incarnation of a VM has printed something; returns all that it printed.</summary>
    private async Task<string> ConsoleShowsAsync(string vm, string awaited, CancellationToken cancellation)
    {
        WaitsFor = $"'{awaited}' at the console of {vm}";
        for (; ; )
        {
            try
            {
                var read = await cluster.Api.GetAsync($"/v1/vms/{vm}/console", ApiJson.Default.ConsoleView, cancellation).ConfigureAwait(false);
                var text = Encoding.ASCII.GetString(read.Bytes);
                if (text.Contains(awaited, StringComparison.Ordinal))
                    return text;
            }
            catch (CliException e) when (e.ExitCode is ExitCodes.Conflict or ExitCodes.Unavailable)
            {
                // Between two hosts it has no console.
            }

            await Task.Delay(Poll, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The number behind the last occurrence of a word.</summary>
    private static long LastNumber(string text, string word)
    {
        var last = 0L;
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith(word, StringComparison.Ordinal) && long.TryParse(line[word.Length..].Split(' ', '\r')[0], CultureInfo.InvariantCulture, out var number))
                last = number;
        }

        return last;
    }

    private void Chapter(string title)
    {
        WaitsFor = $"events of the chapter '{title}'";
        output.Chapter(title);
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
