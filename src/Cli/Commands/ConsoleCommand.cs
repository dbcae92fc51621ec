using System.CommandLine;
using System.Text;
using Trapline.Cli.Client;
using Trapline.Cli.Consoles;
using Trapline.Cli.Terminals;
using Trapline.Shared.Api;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline console VM [-f|-i]</c>: what a guest printed, and typing to it.</summary>
internal static class ConsoleCommand
{
    private static readonly Argument<string> Vm = Names.Vm();
    private static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Go on with what it prints, over restarts and moves; Ctrl-C ends it" };
    private static readonly Option<bool> Interactive = new("--interactive", "-i") { Description = "Be its terminal: what you type goes to the guest, Ctrl-C too; Ctrl-A x leaves" };
    private static readonly Option<bool> Present = new("--present") { Description = "Only what the present incarnation printed, nothing from before its last start" };

    /// <summary>The command.</summary>
    public static Command Create() =>
        ClusterCommand.Create("console", "Shows what a guest printed, before its last start too.", RunAsync).With(Vm, Follow, Interactive, Present);

    private static async Task<int> RunAsync(ClusterSession session, CancellationToken cancellation)
    {
        var vm = session.Parsed.GetValue(Vm)!;
        if (session.Parsed.GetValue(Interactive))
            return await AttachAsync(session, vm, cancellation).ConfigureAwait(false);
        var earlier = session.Parsed.GetValue(Present) ? "" : "?earlier=true";
        var read = await session.Api.GetAsync($"/v1/vms/{PathPart.Of(vm)}/console{earlier}", ApiJson.Default.ConsoleView, cancellation).ConfigureAwait(false);
        Show(session, read);
        if (!session.Parsed.GetValue(Follow))
            return ExitCodes.Success;
        var shown = read.Incarnation;
        string After(ConsoleView? last) => $"/v1/vms/{PathPart.Of(vm)}/console?follow=true&incarnation={(last ?? read).Incarnation}&from={(last ?? read).Next}";
        await foreach (var next in session.Api.FollowOnAsync(After, ApiJson.Default.ConsoleView, cancellation).ConfigureAwait(false))
        {
            if (next.Incarnation != shown)
                Separate(session, next.Incarnation);
            shown = next.Incarnation;
            Show(session, next);
        }

        return ExitCodes.Success;
    }

    private static async Task<int> AttachAsync(ClusterSession session, string vm, CancellationToken cancellation)
    {
        if (session.Printer.IsJson)
            throw new CliException(ExitCodes.Usage, "--interactive is for people; for programs there is --follow --output json");
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var terminal = Terminal.Open();
        if (terminal.IsInteractive)
            StandardStreams.WriteErrorLine("trapline: Ctrl-A x leaves");
        var typed = TypedInput.Begin(terminal.IsInteractive, () => leave.Cancel());
        try
        {
            await new AttachedConsole(session.Api, vm, typed).RunAsync(leave.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            StandardStreams.WriteErrorLine("");
        }

        return ExitCodes.Success;
    }

    private static void Show(ClusterSession session, ConsoleView read)
    {
        if (session.Printer.IsJson)
        {
            session.Printer.PrintLine(read, ApiJson.Default.ConsoleView, _ => "");
            return;
        }

        foreach (var earlier in read.Earlier ?? [])
        {
            Write(earlier.Bytes);
            Separate(session, earlier.Incarnation + 1);
        }

        Write(read.Bytes);
    }

    /// <summary>A line between what two incarnations printed.</summary>
    private static void Separate(ClusterSession session, long incarnation)
    {
        if (!session.Printer.IsJson)
            Write(Encoding.UTF8.GetBytes($"\r\n--- incarnation {incarnation} ---\r\n"));
    }

    private static void Write(byte[] bytes)
    {
        using var output = Console.OpenStandardOutput();
        output.Write(bytes);
        output.Flush();
    }
}
