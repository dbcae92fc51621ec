using System.CommandLine;
using Trapline.Cli.Client;
using Trapline.Cli.Launching;
using Trapline.Cli.Output;
using Trapline.Cli.Running;
using Trapline.Cli.State;

namespace Trapline.Cli.Commands;

/// <summary>What a command about a cluster works with.</summary>
/// <param name="Parsed">Its command line.</param>
/// <param name="Data">The cluster's data root.</param>
/// <param name="Api">The way to the cluster.</param>
/// <param name="Printer">Prints.</param>
internal sealed record ClusterSession(ParseResult Parsed, DataFolder Data, ApiClient Api, Printer Printer);

/// <summary>What all commands about a cluster have in common: which cluster, how to print, and how they fail.</summary>
internal static class ClusterCommand
{
    private static readonly Option<string?> DataOption = new("--data") { Description = $"The cluster's data root; default: ${DataFolder.Variable}, or a folder of the user's", HelpName = "DIR" };

    /// <summary>A command that talks to a running cluster.</summary>
    public static Command Create(string name, string description, Func<ClusterSession, CancellationToken, Task<int>> act) =>
        CreateLocal(name, description, async (parsed, data, printer, cancellation) =>
        {
            using var api = ApiClient.Open(data, new ControllerWait(() => MayAnswer(data), CliError.Note, TimeProvider.System));
            try
            {
                return await act(new ClusterSession(parsed, data, api, printer), cancellation).ConfigureAwait(false);
            }
            catch (NoControllerException) when (!MayAnswer(data))
            {
                var what = ClusterState.Read(data.State) is null ? "has ended" : "has lost its controllers and the supervisor that would start them again";
                throw new CliException(ExitCodes.Unavailable, $"the cluster on {data.Path} {what}: 'trapline up' starts it again");
            }
        });

    /// <summary>A command about a cluster that may not be running.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">One line.</param>
    /// <param name="act">Does it; a signal cancels it.</param>
    /// <param name="hearsSignals">It handles signals itself.</param>
    public static Command CreateLocal(string name, string description, Func<ParseResult, DataFolder, Printer, CancellationToken, Task<int>> act, bool hearsSignals = false)
    {
        var command = new Command(name, description) { DataOption, OutputOption.Option };
        command.SetAction(async (parsed, _) =>
        {
            using var signals = hearsSignals ? null : new EndingSignals();
            try
            {
                return await act(parsed, DataOf(parsed), new Printer(OutputOption.IsJson(parsed)), signals?.Token ?? CancellationToken.None).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (signals?.ExitCode is { } code)
            {
                return code;
            }
            catch (CliException e)
            {
                return CliError.Report(e.Message, e.ExitCode);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return CliError.Report(e.Message);
            }
        });
        return command;
    }

    /// <summary>Whether a controller of the cluster may answer soon: one runs, or somebody is there who starts it again.</summary>
    private static bool MayAnswer(DataFolder data) =>
        ClusterState.Read(data.State) is { } state && (Signals.IsAlive(state.Supervisor) || state.Nodes.Any(n => n.Kind == NodeKind.Controller && Signals.IsAlive(n.Pid)));

    /// <summary>The data root that a command line means.</summary>
    public static DataFolder DataOf(ParseResult parsed)
    {
        var path = parsed.GetValue(DataOption) ?? DataFolder.Default;
        return path.Length > 0 ? new DataFolder(path) : throw new CliException(ExitCodes.Usage, "--data is empty: give a folder, or leave it out");
    }

    /// <summary>The command with more arguments and options.</summary>
    public static Command With(this Command command, params Symbol[] symbols)
    {
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                command.Add(argument);
            else if (symbol is Option option)
                command.Add(option);
        }

        return command;
    }
}
