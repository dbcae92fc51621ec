using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Text.Json.Serialization.Metadata;
using Trapline.Cli.Output;
using Trapline.Shared.Api;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline run</c>: defines VMs and starts them.</summary>
internal static class RunCommand
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private static readonly Option<string?> Image = Completed(new Option<string?>("--image", "-i") { Description = "What they boot from; 'trapline image ls' lists images", HelpName = "IMAGE" }, "/v1/images", ApiJson.Default.ImmutableArrayImageView, all => all.Select(i => i.Name));
    private static readonly Option<string?> FromSnapshot = Completed(new Option<string?>("--from-snapshot") { Description = "Go on from a snapshot in place of booting; each has its own disk, and memory that none changes is shared", HelpName = "SNAPSHOT" }, "/v1/snapshots", ApiJson.Default.ImmutableArraySnapshotView, all => all.Select(s => s.Name));
    private static readonly Option<string?> Type = Completed(new Option<string?>("--type", "-t") { Description = "Their size, standard.small unless given; 'trapline type ls' lists types", HelpName = "TYPE" }, "/v1/types", ApiJson.Default.ImmutableArrayInstanceType, all => all.Select(t => t.Name));
    private static readonly Option<int> Count = new("--count", "-n") { Description = "How many; names get -1, -2 and so on", DefaultValueFactory = _ => 1, HelpName = "N" };
    private static readonly Option<string?> Name = new("--name") { Description = "Their name; without it one is made up", HelpName = "NAME" };
    private static readonly Option<string?> Group = new("--group") { Description = "Their group", HelpName = "GROUP" };
    private static readonly Option<string> Affinity = OneOf("--affinity", "How they are placed against others of their group", "none", "together", "apart");
    private static readonly Option<string> Restart = OneOf("--restart", "What happens when the guest ends", "always", "on-failure", "never");
    private static readonly Option<string?> Append = new("--append") { Description = "Kernel command line, in place of the image's own", HelpName = "TEXT" };
    private static readonly Option<bool> Wait = new("--wait") { Description = "Wait until they run" };
    private static readonly Option<int> WaitSeconds = new("--timeout") { Description = "With --wait: seconds at most; exit code 9 then", DefaultValueFactory = _ => 60, HelpName = "S" };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = ClusterCommand.Create("run", "Defines VMs and starts them.", RunAsync).With(Image, FromSnapshot, Type, Count, Name, Group, Affinity, Restart, Append, Wait, WaitSeconds);
        command.Validators.Add(Check);
        return command;
    }

    private static void Check(CommandResult given)
    {
        // Values cannot be asked for: while a shell completes them, and where they were forgotten, there are none.
        bool Has(Option option) => given.GetResult(option) is { Implicit: false };
        if (Has(Image) == Has(FromSnapshot))
            given.AddError("A VM starts from an image or from a snapshot, give one of --image and --from-snapshot");
        else if (Has(FromSnapshot) && (Has(Type) || Has(Append)))
            given.AddError("A VM that starts from a snapshot has the snapshot's size and command line, give neither --type nor --append");
        else if (given.GetResult(WaitSeconds)?.Tokens is [var seconds] && int.TryParse(seconds.Value, out var most) && most is < 1 or > 86_400)
            given.AddError($"--timeout {seconds.Value} is not possible, give 1 to 86400 seconds");
    }

    private static async Task<int> RunAsync(ClusterSession session, CancellationToken cancellation)
    {
        var parsed = session.Parsed;
        var request = new RunRequest(
            parsed.GetValue(Image),
            parsed.GetValue(Type),
            parsed.GetValue(Name),
            parsed.GetValue(Count),
            parsed.GetValue(Append),
            parsed.GetValue(Restart),
            parsed.GetValue(Group),
            parsed.GetValue(Affinity),
            parsed.GetValue(FromSnapshot));
        var accepted = await session.Api.PostAsync("/v1/vms", request, ApiJson.Default.RunRequest, cancellation).ConfigureAwait(false);
        var wait = parsed.GetValue(Wait);
        var (vms, allRun) = wait
            ? await Printer.ProgressAsync("starting", say => WaitAsync(session, accepted, TimeSpan.FromSeconds(parsed.GetValue(WaitSeconds)), say, cancellation)).ConfigureAwait(false)
            : (await VmsAsync(session, accepted, cancellation).ConfigureAwait(false), true);
        session.Printer.Print(vms, ApiJson.Default.ImmutableArrayVmView, v => Tables.Of(v));
        if (allRun)
            return ExitCodes.Success;
        var late = vms.Where(v => !HasRun(v)).Select(v => v.Name).ToList();
        return CliError.Report($"{late.Count} of {accepted.Vms.Length} VMs did not run within {parsed.GetValue(WaitSeconds)} s, {late.FirstOrDefault()} among them: 'trapline why {late.FirstOrDefault()}' tells why; they start as soon as they can", ExitCodes.TimedOut);
    }

    private static bool HasRun(VmView vm) => vm.State is VmStates.Running or VmStates.Ended;

    private static async Task<(ImmutableArray<VmView> Vms, bool AllRun)> WaitAsync(ClusterSession session, AcceptedView accepted, TimeSpan most, Action<string> say, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (; ; )
        {
            var vms = await VmsAsync(session, accepted, cancellation).ConfigureAwait(false);
            var running = vms.Count(HasRun);
            if (running == accepted.Vms.Length || TimeProvider.System.GetElapsedTime(began) >= most)
                return (vms, running == accepted.Vms.Length);
            say($"{running} of {accepted.Vms.Length} run");
            await Task.Delay(Poll, TimeProvider.System, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<ImmutableArray<VmView>> VmsAsync(ClusterSession session, AcceptedView accepted, CancellationToken cancellation)
    {
        var all = await session.Api.GetAsync("/v1/vms", ApiJson.Default.ImmutableArrayVmView, cancellation).ConfigureAwait(false);
        return [.. all.Where(v => accepted.Vms.Contains(v.Id))];
    }

    private static Option<string?> Completed<T>(Option<string?> option, string path, JsonTypeInfo<T> type, Func<T, IEnumerable<string>> names)
    {
        option.CompletionSources.Add((CompletionContext context) => Names.Ask(context, path, type, names));
        return option;
    }

    private static Option<string> OneOf(string name, string description, params string[] words)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => words[0] };
        option.AcceptOnlyFromAmong(words);
        return option;
    }
}
