using System.CommandLine;
using Trapline.Cli.Output;
using Trapline.Shared.Api;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline events [-f]</c>: what happened and why.</summary>
internal static class EventsCommand
{
    private static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Go on with what happens; Ctrl-C ends it" };

    /// <summary>The command.</summary>
    public static Command Create() => ClusterCommand.Create("events", "Shows what happened in the cluster, each decision with its reason.", RunAsync).With(Follow);

    private static async Task<int> RunAsync(ClusterSession session, CancellationToken cancellation)
    {
        if (!session.Parsed.GetValue(Follow))
        {
            var events = await session.Api.GetAsync("/v1/events", ApiJson.Default.ImmutableArrayEventView, cancellation).ConfigureAwait(false);
            if (session.Printer.IsJson || Console.IsOutputRedirected)
            {
                foreach (var e in events)
                    session.Printer.PrintLine(e, ApiJson.Default.EventView, Tables.Of);
                return ExitCodes.Success;
            }

            foreach (var line in EventLines.Of(events))
                Console.Out.WriteLine(line);
            return ExitCodes.Success;
        }

        await foreach (var e in session.Api.FollowOnAsync(last => $"/v1/events?follow=true&after={last?.Generation ?? 0}", ApiJson.Default.EventView, cancellation).ConfigureAwait(false))
            session.Printer.PrintLine(e, ApiJson.Default.EventView, Tables.Of);
        return ExitCodes.Success;
    }
}
