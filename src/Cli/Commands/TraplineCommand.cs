using System.CommandLine;
using System.CommandLine.Help;
using Trapline.Cli.Commands.Help;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline</c> with all its commands.</summary>
internal static class TraplineCommand
{
    /// <summary>The command.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand("Trapline: virtual machines on RISC-V guests, alone or in a cluster.")
        {
            DemoCommand.Create(),
            UpCommand.Create(),
            DownCommand.Create(),
            StatusCommand.Create(),
            RunCommand.Create(),
            LookCommands.List(),
            LookCommands.Describe(),
            LookCommands.Why(),
            TopCommand.Create(),
            ConsoleCommand.Create(),
            ExitsCommand.Create(),
            GdbCommand.Create(),
            ChangeCommands.Start(),
            ChangeCommands.Stop(),
            ChangeCommands.Reboot(),
            ChangeCommands.Terminate(),
            ChangeCommands.Migrate(),
            SnapshotCommand.Create(),
            VolumeCommand.Create(),
            NodeCommand.Create(),
            ImageCommand.Create(),
            LookCommands.Types(),
            EventsCommand.Create(),
            FaultCommand.Create(),
            VmCommand.Create(),
            CompletionCommand.Create(),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }
}
