using System.CommandLine;
using Trapline.Cli;
using Trapline.Cli.Commands;

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

var parsed = root.Parse(args);
var isCompletion = args is [['[', ..], ..];
if (parsed.Errors.Count > 0 && !isCompletion)
    return CliError.Report(UsageProblem.Of(parsed));

return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
