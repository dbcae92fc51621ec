using System.CommandLine;
using Trapline.Cli.Client;
using Trapline.Cli.Output;
using Trapline.Shared.Api;

namespace Trapline.Cli.Commands;

/// <summary>Commands that only look: <c>ls</c>, <c>describe</c>, <c>why</c>, <c>type ls</c>.</summary>
internal static class LookCommands
{
    /// <summary><c>trapline ls</c>.</summary>
    public static Command List() => ClusterCommand.Create("ls", "Lists VMs.", async (session, cancellation) =>
    {
        var vms = await session.Api.GetAsync("/v1/vms", ApiJson.Default.ImmutableArrayVmView, cancellation).ConfigureAwait(false);
        session.Printer.Print(vms, ApiJson.Default.ImmutableArrayVmView, v => Tables.Of(v));
        return ExitCodes.Success;
    });

    /// <summary><c>trapline describe VM</c>.</summary>
    public static Command Describe()
    {
        var name = Names.Vm();
        return ClusterCommand.Create("describe", "Shows all about one VM.", async (session, cancellation) =>
        {
            var vm = await session.Api.GetAsync($"/v1/vms/{PathPart.Of(session.Parsed.GetValue(name))}", ApiJson.Default.VmView, cancellation).ConfigureAwait(false);
            session.Printer.Print(vm, ApiJson.Default.VmView, v => Tables.Of(v));
            return ExitCodes.Success;
        }).With(name);
    }

    /// <summary><c>trapline why VM</c>.</summary>
    public static Command Why()
    {
        var name = Names.Vm();
        return ClusterCommand.Create("why", "Explains why a VM is where it is, or nowhere: what each node would be to it.", async (session, cancellation) =>
        {
            var why = await session.Api.GetAsync($"/v1/vms/{PathPart.Of(session.Parsed.GetValue(name))}/why", ApiJson.Default.PlacementView, cancellation).ConfigureAwait(false);
            session.Printer.Print(why, ApiJson.Default.PlacementView, Tables.Of);
            return ExitCodes.Success;
        }).With(name);
    }

    /// <summary><c>trapline type ls</c>.</summary>
    public static Command Types() => new("type", "Sizes of VMs.")
    {
        ClusterCommand.Create("ls", "Lists instance types.", async (session, cancellation) =>
        {
            var types = await session.Api.GetAsync("/v1/types", ApiJson.Default.ImmutableArrayInstanceType, cancellation).ConfigureAwait(false);
            session.Printer.Print(types, ApiJson.Default.ImmutableArrayInstanceType, v => Tables.Of(v));
            return ExitCodes.Success;
        }),
    };
}
