using System.CommandLine;
using Trapline.Cli.Output;
using Trapline.Shared.Api;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline volume</c>: the writable disks of VMs.</summary>
internal static class VolumeCommand
{
    /// <summary>The command with its subcommand.</summary>
    public static Command Create() => new("volume", "The writable disks of VMs.")
    {
        ClusterCommand.Create("ls", "Lists volumes: 'in use' by a VM on a node, 'kept' for one that is on none, or 'left over' by one that is gone.", async (session, cancellation) =>
        {
            var volumes = await session.Api.GetAsync("/v1/volumes", ApiJson.Default.ImmutableArrayVolumeView, cancellation).ConfigureAwait(false);
            session.Printer.Print(volumes, ApiJson.Default.ImmutableArrayVolumeView, v => Tables.Of(v));
            return ExitCodes.Success;
        }),
    };
}
