using System.CommandLine;
using Trapline.Cli.Client;
using Trapline.Shared.Api;

namespace Trapline.Cli.Commands;

/// <summary>Commands that change what is wanted of a VM: <c>start</c>, <c>stop</c>, <c>reboot</c>, <c>terminate</c>, <c>migrate</c>.</summary>
internal static class ChangeCommands
{
    /// <summary><c>trapline start VM…</c>.</summary>
    public static Command Start() => Wish("start", "Has VMs run again.", HttpMethod.Post, "/start");

    /// <summary><c>trapline stop VM…</c>.</summary>
    public static Command Stop() => Wish("stop", "Stops VMs; their disks stay.", HttpMethod.Post, "/stop");

    /// <summary><c>trapline reboot VM…</c>.</summary>
    public static Command Reboot() => Wish("reboot", "Resets VMs.", HttpMethod.Post, "/reboot");

    /// <summary><c>trapline terminate VM…</c>.</summary>
    public static Command Terminate() => Wish("terminate", "Removes VMs with their disks.", HttpMethod.Delete, "");

    /// <summary><c>trapline migrate VM [--to NODE | --cancel]</c>.</summary>
    public static Command Migrate()
    {
        var name = Names.Vm();
        var to = new Option<string?>("--to") { Description = "The node to move to; without it placement chooses", HelpName = "NODE" };
        to.CompletionSources.Add(context => Names.Ask(context, "/v1/nodes", ApiJson.Default.ImmutableArrayNodeView, nodes => nodes.Select(n => n.Name)));
        var cancel = new Option<bool>("--cancel") { Description = "Take back a move that is under way: the VM goes on where it was" };
        return ClusterCommand.Create("migrate", "Moves a running VM to another node.", async (session, cancellation) =>
        {
            var vm = session.Parsed.GetValue(name);
            if (session.Parsed.GetValue(cancel))
            {
                if (session.Parsed.GetValue(to) is not null)
                    throw new CliException(ExitCodes.Usage, "--cancel takes a move back and --to begins one: give one of them");
                var stays = await session.Api.ChangeAsync(HttpMethod.Post, $"/v1/vms/{PathPart.Of(vm)}/abort-move", cancellation).ConfigureAwait(false);
                session.Printer.PrintLine(stays, ApiJson.Default.AcceptedView, _ => $"{vm} stays where it is");
                return ExitCodes.Success;
            }

            var accepted = await session.Api.PostAsync($"/v1/vms/{PathPart.Of(vm)}/migrate", new MigrateRequest(session.Parsed.GetValue(to)), ApiJson.Default.MigrateRequest, cancellation).ConfigureAwait(false);
            session.Printer.PrintLine(accepted, ApiJson.Default.AcceptedView, _ => $"{vm} is to move");
            return ExitCodes.Success;
        }).With(name, to, cancel);
    }

    private static Command Wish(string command, string description, HttpMethod method, string path)
    {
        var names = Names.Vms();
        return ClusterCommand.Create(command, description, async (session, cancellation) =>
        {
            var code = ExitCodes.Success;
            foreach (var vm in session.Parsed.GetValue(names)!)
            {
                try
                {
                    var accepted = await session.Api.ChangeAsync(method, $"/v1/vms/{PathPart.Of(vm)}{path}", cancellation).ConfigureAwait(false);
                    session.Printer.PrintLine(accepted, ApiJson.Default.AcceptedView, _ => $"{vm}: {command} accepted");
                }
                catch (CliException e) when (e.ExitCode is ExitCodes.Usage or ExitCodes.NotFound or ExitCodes.Conflict)
                {
                    CliError.Report(e.Message, e.ExitCode); // the others are asked for all the same
                    code = code == ExitCodes.Success ? e.ExitCode : code;
                }
            }

            return code;
        }).With(names);
    }
}
