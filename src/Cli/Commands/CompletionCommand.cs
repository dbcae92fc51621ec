using System.CommandLine;
using Trapline.Cli.Output;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline completion SHELL</c>: what a shell needs to complete commands, options and names; it asks this program through its suggest directive.</summary>
internal static class CompletionCommand
{
    private static readonly Argument<string> Shell = MakeShell();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("completion", "Prints a completion script, such as for: source <(trapline completion bash)") { Shell, OutputOption.Option };
        command.SetAction(parsed =>
        {
            var shell = parsed.GetValue(Shell)!;
            var script = shell switch { "bash" => Bash, "zsh" => Zsh, _ => Fish };
            var printer = new Printer(OutputOption.IsJson(parsed));
            printer.Tell(new CompletionView(shell, script), CompactJson.Default.CompletionView);
            if (!printer.IsJson)
                Console.Out.Write(script);
            return ExitCodes.Success;
        });
        return command;
    }

    private const string Bash = """
        _trapline() {
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$(trapline "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _trapline trapline

        """;

    private const string Zsh = """
        _trapline() {
          local -a words_found
          words_found=(${(f)"$(trapline "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)"})
          if (( $#words_found )); then compadd -a words_found; else _files; fi
        }
        compdef _trapline trapline

        """;

    private const string Fish = """
        complete -f -c trapline -a '(trapline "[suggest:"(commandline -C)"]" (commandline -p) 2>/dev/null)'

        """;

    private static Argument<string> MakeShell()
    {
        var argument = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        argument.AcceptOnlyFromAmong("bash", "zsh", "fish");
        return argument;
    }
}
