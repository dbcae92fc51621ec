using System.CommandLine;
using Trapline.Cli.Running;
using Trapline.Cli.Terminals;
using Trapline.Shared.Api;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline console VM [-f|-i]</c>: what a guest printed, and typing to it.</summary>
internal static class ConsoleCommand
{
    private static readonly TimeSpan WhenFull = TimeSpan.FromMilliseconds(50);

    private static readonly Argument<string> Vm = Names.Vm();
    private static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Go on with what it prints, over restarts and moves; Ctrl-C ends it" };
    private static readonly Option<bool> Interactive = new("--interactive", "-i") { Description = "Type to it as well; Ctrl-A x leaves" };

    /// <summary>The command.</summary>
    public static Command Create() => ClusterCommand.Create("console", "Shows a guest's console.", RunAsync).With(Vm, Follow, Interactive);

    private static async Task<int> RunAsync(ClusterSession session, CancellationToken cancellation)
    {
        var vm = session.Parsed.GetValue(Vm)!;
        var follow = session.Parsed.GetValue(Follow) || session.Parsed.GetValue(Interactive);
        if (!follow)
        {
            var read = await session.Api.GetAsync($"/v1/vms/{vm}/console", ApiJson.Default.ConsoleView, cancellation).ConfigureAwait(false);
            Show(session, read);
            return ExitCodes.Success;
        }

        using var leave = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var terminal = session.Parsed.GetValue(Interactive) ? Terminal.Open() : null;
        if (terminal is not null)
            _ = Task.Run(() => TypeAsync(session, vm, terminal.IsInteractive, leave), CancellationToken.None);
        try
        {
            await foreach (var read in session.Api.FollowAsync($"/v1/vms/{vm}/console?follow=true", ApiJson.Default.ConsoleView, leave.Token).ConfigureAwait(false))
                Show(session, read);
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            // The user has left.
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

        using var output = Console.OpenStandardOutput();
        output.Write(read.Bytes);
        output.Flush();
    }

    /// <summary>Sends what is typed, as fast as the guest takes it. Blocks on the terminal, on a thread of its own.</summary>
    private static async Task TypeAsync(ClusterSession session, string vm, bool isPerson, CancellationTokenSource leave)
    {
        var keys = isPerson ? new EscapeKeys(key => Carry(key, leave)) : null;
        var buffer = new byte[1024];
        using var input = Console.OpenStandardInput();
        if (isPerson)
            await Console.Error.WriteLineAsync("trapline: Ctrl-A x leaves").ConfigureAwait(false);
        while (!leave.IsCancellationRequested)
        {
            var count = input.Read(buffer);
            if (count == 0)
                return; // the end of a pipe; what the guest prints is shown on
            var typed = keys is null ? buffer.AsSpan(0, count).ToArray() : keys.Filter(buffer.AsSpan(0, count)).ToArray();
            await SendAsync(session, vm, typed, leave.Token).ConfigureAwait(false);
        }
    }

    private static async Task SendAsync(ClusterSession session, string vm, byte[] typed, CancellationToken cancellation)
    {
        while (typed.Length > 0)
        {
            try
            {
                typed = typed[await session.Api.TypeAsync(vm, typed, cancellation).ConfigureAwait(false)..];
                if (typed.Length > 0)
                    await Task.Delay(WhenFull, TimeProvider.System, cancellation).ConfigureAwait(false);
            }
            catch (CliException e)
            {
                await Console.Error.WriteLineAsync($"trapline: not typed: {e.Message}").ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static void Carry(EscapeCommand key, CancellationTokenSource leave)
    {
        if (key == EscapeCommand.Leave)
            leave.Cancel();
        else
            Console.Error.WriteLine("trapline: Ctrl-A x leaves, Ctrl-A Ctrl-A types a Ctrl-A");
    }
}
