using System.CommandLine;
using Trapline.Cli.Client;
using Trapline.Shared.Api;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline gdb VM</c>: has a VM's machine listen for GDB until the user leaves.</summary>
internal static class GdbCommand
{
    private static readonly Argument<string> Vm = Names.Vm();
    private static readonly Option<int> Port = new("--port") { Description = "The TCP port on the loopback interface; 0 has a free one chosen", DefaultValueFactory = _ => 0, HelpName = "PORT" };

    /// <summary>The command.</summary>
    public static Command Create() =>
        ClusterCommand.Create("gdb", "Has a VM's machine listen for GDB, and says how to attach. Ctrl-C closes it, and the guest goes on.", RunAsync).With(Vm, Port);

    private static async Task<int> RunAsync(ClusterSession session, CancellationToken cancellation)
    {
        var name = session.Parsed.GetValue(Vm)!;
        var port = session.Parsed.GetValue(Port);
        if (port is < 0 or > 65_535)
            throw new CliException(ExitCodes.Usage, $"--port {port} is not possible: give a TCP port, or 0 to have one chosen");
        var symbols = await SymbolsAsync(session, name, cancellation).ConfigureAwait(false);
        await foreach (var debugger in session.Api.FollowAsync(HttpMethod.Post, $"/v1/vms/{PathPart.Of(name)}/gdb?port={port}", ApiJson.Default.DebuggerView, cancellation).ConfigureAwait(false))
        {
            session.Printer.PrintLine(debugger, ApiJson.Default.DebuggerView, d =>
                $"{name}, incarnation {d.Incarnation} on {d.Node}, listens at port {d.Port}. Ctrl-C closes it.\n  gdb-multiarch {symbols}-ex 'set architecture riscv:rv64' -ex 'target remote 127.0.0.1:{d.Port}'");
        }

        throw new CliException(ExitCodes.Unavailable, "the controller node has ended, and the debugger's port with it: run the command again");
    }

    /// <summary>The kernel's file, for its names, where this machine has it.</summary>
    private static async Task<string> SymbolsAsync(ClusterSession session, string name, CancellationToken cancellation)
    {
        var vm = await session.Api.GetAsync($"/v1/vms/{PathPart.Of(name)}", ApiJson.Default.VmView, cancellation).ConfigureAwait(false);
        var images = await session.Api.GetAsync("/v1/images", ApiJson.Default.ImmutableArrayImageView, cancellation).ConfigureAwait(false);
        var kernel = images.FirstOrDefault(i => i.Name == vm.Image)?.Kernel;
        var path = kernel is null ? null : Path.Combine(session.Data.Images, vm.Image, kernel);
        return path is not null && File.Exists(path) ? $"'{path}' " : "";
    }
}
