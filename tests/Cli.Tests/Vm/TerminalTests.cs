using System.Diagnostics;
using Trapline.TestSupport;
using Xunit;

namespace Trapline.Cli.Tests.Vm;

/// <summary>On a real terminal (that <c>script</c> provides) keys go to the guest, Ctrl-C too, and Ctrl-A leads out.</summary>
public sealed class TerminalTests
{
    private string _seen = "";

    [SkippableFact]
    public async Task Ctrl_C_goes_to_the_guest_and_Ctrl_A_x_leaves()
    {
        var script = ExternalTool.Require("script", "bsdutils");
        var command = $"dotnet {Path.Combine(AppContext.BaseDirectory, "trapline.dll")} vm run --kernel {Repository.PathOf("guests", "images", "minios.elf")} --memory 64M";
        using var process = Process.Start(new ProcessStartInfo(script, ["--quiet", "--return", "--command", $"{command}; echo left with $?; stty -a; echo over", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            var reader = process.StandardOutput;
            await ReadUntilAsync(reader, "minios> ");
            await process.StandardInput.WriteAsync("burn 600\r");
            await ReadUntilAsync(reader, "burn 600");
            // The guest reads the key while it burns, if not with this one then with the next.
            await process.StandardInput.WriteAsync("\u0003");
            await ReadUntilAsync(reader, "minios> ");
            await process.StandardInput.WriteAsync("\u0001h");
            await ReadUntilAsync(reader, "Ctrl-A x  leave");
            await process.StandardInput.WriteAsync("\u0001x");
            await ReadUntilAsync(reader, "left with 0");
            // The terminal is as it was: lines, echo, signals.
            var settings = (await ReadUntilAsync(reader, "\nover")).ReplaceLineEndings(" ");
            Assert.Contains(" echo ", settings, StringComparison.Ordinal);
            Assert.Contains(" isig ", settings, StringComparison.Ordinal);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Reads up to a text, and returns what came before it since the last time.</summary>
    private async Task<string> ReadUntilAsync(StreamReader reader, string text)
    {
        var buffer = new char[1024];
        while (!_seen.Contains(text, StringComparison.Ordinal))
        {
            var read = await reader.ReadAsync(buffer).AsTask().WaitAsync(TraplineProcess.Patience);
            Assert.True(read > 0, $"'{text}' did not appear in:\n{_seen}");
            _seen += new string(buffer, 0, read);
        }

        var end = _seen.IndexOf(text, StringComparison.Ordinal);
        var before = _seen[..end];
        _seen = _seen[(end + text.Length)..];
        return before;
    }
}
