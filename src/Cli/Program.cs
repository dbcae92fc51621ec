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
    var command = string.Join(' ', parsed.CommandResult.Command.Parents.Append(parsed.CommandResult.Command).OfType<Command>().Select(c => c is RootCommand ? "trapline" : c.Name));
    return CliError.Report($"{parsed.Errors[0].Message.TrimEnd('.')}: '{command} --help' lists what there is");
}

return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
