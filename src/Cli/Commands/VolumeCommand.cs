using System.CommandLine;
using Trapline.Cli.Client;
using Trapline.Cli.Output;
using Trapline.Shared.Api;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline volume</c>: the writable disks of VMs.</summary>
internal static class VolumeCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("volume", "The writable disks of VMs.")
    {
        ClusterCommand.Create("ls", "Lists volumes: 'in use' by a VM on a node, 'kept' for one that is on none, or 'left over' by one that is gone.", async (session, cancellation) =>
        {
            var volumes = await Pages.VolumesAsync(session.Api, cancellation).ConfigureAwait(false);
            session.Printer.Print(volumes, ApiJson.Default.ImmutableArrayVolumeView, v => Tables.Of(v));
            return ExitCodes.Success;
        }),
        Remove(),
    };

    private static Command Remove()
    {
        var name = new Argument<string>("VOLUME") { Description = "A volume that is left over, or the id of its VM: all that is left of that VM goes" };
        name.CompletionSources.Add(context => Names.Ask(context, "/v1/volumes", ApiJson.Default.ImmutableArrayVolumeView, all => all.Where(v => v.Vm is null).Select(v => v.Id)));
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask" };
        return ClusterCommand.Create("rm", "Deletes a volume that is left over by a VM that is gone.", async (session, cancellation) =>
        {
            var vm = session.Parsed.GetValue(name)!.Split('/')[0];
            if (!session.Parsed.GetValue(yes) && !Confirmation.IsGiven($"Delete what is left of {vm}? It cannot be brought back."))
                return ExitCodes.Usage;
            var accepted = await session.Api.ChangeAsync(HttpMethod.Delete, $"/v1/volumes/{PathPart.Of(vm)}", cancellation).ConfigureAwait(false);
            session.Printer.PrintLine(accepted, ApiJson.Default.AcceptedView, _ => $"{vm}: rm accepted");
            return ExitCodes.Success;
        }).With(name, yes);
    }
}
