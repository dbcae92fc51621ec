using System.CommandLine;
using Trapline.Cli;
using Trapline.Cli.Commands;
using Trapline.Cli.Commands.Help;

var root = TraplineCommand.Create();
var parsed = root.Parse(args);
CliError.AsJson = OutputOption.IsAsked(parsed);
var isCompletion = args is [['[', ..], ..];
if (parsed.Errors.Count > 0 && !isCompletion)
    return GroupHelp.IsAsked(parsed) ? GroupHelp.Show(parsed) : CliError.Report(UsageProblem.Of(parsed));

try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (Exception e)
{
    return CliError.Report($"a defect of Trapline: {e}", ExitCodes.HypervisorFault);
}
