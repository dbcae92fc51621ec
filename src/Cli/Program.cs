using System.CommandLine;
using Trapline.Cli;
using Trapline.Cli.Commands;

var root = new RootCommand("Trapline: virtual machines on RISC-V guests, alone or in a cluster.")
{
    VmCommand.Create(),
};

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    var names = parsed.CommandResult.Command.Parents.OfType<Command>().Reverse().Append(parsed.CommandResult.Command).Where(c => c is not RootCommand);
    var command = string.Join(' ', names.Select(c => c.Name).Prepend("trapline"));
    return CliError.Report($"{parsed.Errors[0].Message.TrimEnd('.')}: '{command} --help' lists what there is");
}

return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
