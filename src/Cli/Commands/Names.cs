using System.CommandLine;
using System.CommandLine.Completions;
using System.Text.Json.Serialization.Metadata;
using Trapline.Cli.Client;
using Trapline.Cli.State;
using Trapline.Shared.Api;

namespace Trapline.Cli.Commands;

/// <summary>Arguments that name VMs and nodes, completed from the running cluster.</summary>
internal static class Names
{
    private static readonly TimeSpan CompletionBound = TimeSpan.FromSeconds(1);

    /// <summary>One VM.</summary>
    public static Argument<string> Vm() => Completed(new Argument<string>("VM") { HelpName = "VM", Description = "A VM's name or id" }, view => view.Vms.Select(v => v.Name));

    /// <summary>One or more VMs.</summary>
    public static Argument<string[]> Vms() =>
        Completed(new Argument<string[]>("VM") { HelpName = "VM", Description = "VMs' names or ids", Arity = ArgumentArity.OneOrMore }, view => view.Vms.Select(v => v.Name));

    /// <summary>One node.</summary>
    public static Argument<string> Node() => Completed(new Argument<string>("NODE") { HelpName = "NODE", Description = "A node's name" }, view => view.Nodes.Select(n => n.Name));

    /// <summary>One snapshot.</summary>
    public static Argument<string> Snapshot()
    {
        var argument = new Argument<string>("SNAPSHOT") { HelpName = "SNAPSHOT", Description = "A snapshot's name or id" };
        argument.CompletionSources.Add((CompletionContext context) => Ask(context, "/v1/snapshots", ApiJson.Default.ImmutableArraySnapshotView, all => all.Select(s => s.Name)));
        return argument;
    }

    /// <summary>One image.</summary>
    public static Argument<string> Image()
    {
        var argument = new Argument<string>("IMAGE") { HelpName = "IMAGE", Description = "An image's name" };
        argument.CompletionSources.Add((CompletionContext context) => Ask(context, "/v1/images", ApiJson.Default.ImmutableArrayImageView, all => all.Select(i => i.Name)));
        return argument;
    }

    private static TArgument Completed<TArgument>(TArgument argument, Func<ClusterView, IEnumerable<string>> names)
        where TArgument : Argument
    {
        argument.CompletionSources.Add((CompletionContext context) => Ask(context, "/v1/cluster", ApiJson.Default.ClusterView, names));
        return argument;
    }

    /// <summary>Completion never fails and never waits long: without a cluster there is nothing to propose.</summary>
    public static IEnumerable<CompletionItem> Ask<T>(CompletionContext context, string path, JsonTypeInfo<T> type, Func<T, IEnumerable<string>> names)
    {
        try
        {
            using var bound = new CancellationTokenSource(CompletionBound);
            using var api = ApiClient.Open(ClusterCommand.DataOf(context.ParseResult));
            var view = Task.Run(() => api.GetAsync(path, type, bound.Token)).GetAwaiter().GetResult();
            return [.. names(view).Select(name => new CompletionItem(name))];
        }
        catch (Exception e) when (e is CliException or OperationCanceledException or IOException)
        {
            return [];
        }
    }
}
