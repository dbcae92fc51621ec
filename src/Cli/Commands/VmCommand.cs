using System.CommandLine;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline vm</c>: one machine, without a cluster.</summary>
internal static class VmCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("vm", "One virtual machine in this process, without a cluster.") { VmRunCommand.Create() };
}
