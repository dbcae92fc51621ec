using System.Collections;
using System.Diagnostics;
using Trapline.Shared.Configuration;
using Trapline.Shared.Processes;
using Trapline.TestSupport;

namespace Trapline.Cluster.Tests.Processes;

/// <summary>A wrong setting ends a node's process with one line that names file, line, key and what was expected.</summary>
public sealed class BadSettingsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("akka {\n  loglevel = INFO\n}\ntrapline.host.workers = many\n", ":4: trapline.host.workers: expected a whole number")]
    [InlineData("trapline {\n  logging.level = loud\n}\n", ":2: trapline.logging.level: expected debug or information")]
    [InlineData("trapline.host {\n  watchdog = 10s\n", "is never closed")]
    public async Task A_wrong_setting_is_named_and_the_process_ends_with_code_2(string settings, string complaint)
    {
        var line = await EndsWithOneLineAsync("Trapline.HostNode.dll", settings);
        Assert.StartsWith("node.conf", line, StringComparison.Ordinal);
        Assert.Contains(complaint, line, StringComparison.Ordinal);
    }

    /// <summary>A wrong value for each setting that there is.</summary>
    private static readonly Dictionary<string, (string Value, string Expected)> Wrong = new(StringComparer.Ordinal)
    {
        ["trapline.fault-injection"] = ("perhaps", "on or off"),
        ["trapline.logging.level"] = ("loud", "debug or information"),
        ["trapline.logging.console.enabled"] = ("perhaps", "on or off"),
        ["trapline.logging.console.format"] = ("prose", "text or json"),
        ["trapline.logging.file.enabled"] = ("perhaps", "on or off"),
        ["trapline.logging.file.path"] = ("[]", "a text"),
        ["trapline.logging.file.format"] = ("prose", "text or json"),
        ["trapline.logging.file.max-size"] = ("1KiB", "a size"),
        ["trapline.logging.file.keep"] = ("0", "a whole number from 1"),
        ["trapline.host.workers"] = ("-1", "a whole number from 0"),
        ["trapline.host.cpu-overcommit"] = ("lots", "a number from 0.1"),
        ["trapline.host.memory-overcommit"] = ("0", "a number from 0.1"),
        ["trapline.host.watchdog"] = ("2h", "a duration"),
        ["trapline.host.drain-time"] = ("soon", "a duration"),
        ["trapline.controller.placement"] = ("anywhere", "spread or binpack"),
        ["trapline.controller.reserve-for-host-loss"] = ("perhaps", "on or off"),
        ["trapline.controller.low-disk-space"] = ("little", "a size"),
        ["trapline.controller.balance"] = ("perhaps", "on or off"),
    };

    [Fact]
    public async Task Each_setting_is_refused_with_file_line_key_and_reason_when_it_is_wrong()
    {
        foreach (var (key, (value, expected)) in Wrong)
        {
            var program = key.StartsWith("trapline.controller", StringComparison.Ordinal) ? "Trapline.Controller.dll" : "Trapline.HostNode.dll";
            Assert.Contains($"node.conf:2: {key}: expected {expected}", await EndsWithOneLineAsync(program, $"# wrong\n{key} = {value}\n"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Each_setting_with_a_default_is_among_those_that_are_tried_wrong()
    {
        Assert.Equal(NodeSettings.Keys, Wrong.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_setting_is_in_the_documentation_with_its_default()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "configuration.md"));
        var settings = NodeSettings.Read(null, [], new Hashtable(), NodeSettings.Defaults);
        Assert.All(NodeSettings.Keys, key => Assert.Contains($"| `{key}` | {settings.Text(key)} |", page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--name", "a b", "--name a b: ")]
    [InlineData("--port", "70000", "--port 70000: a port from 0 to 65535")]
    [InlineData("--controllers", "nowhere", "--controllers nowhere: HOST:PORT")]
    [InlineData("--api", "localhost", "--api localhost: an IP address and a port")]
    [InlineData("--wrong", "x", "there is no option --wrong")]
    public void Each_option_is_refused_with_its_reason_when_it_is_wrong(string option, string value, string complaint)
    {
        var options = Options("/nowhere").ToList();
        if (options.IndexOf(option) is var at and >= 0)
            options.RemoveRange(at, 2);
        var error = Assert.Throws<ConfigFileException>(() => NodeOptions.Parse([.. options, option, value]));
        Assert.StartsWith($"command line: {complaint}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--name")]
    [InlineData("--port")]
    [InlineData("--controllers")]
    [InlineData("--data")]
    public void An_option_that_is_missing_or_given_twice_is_named(string option)
    {
        var options = Options("/nowhere").ToList();
        Assert.Contains($"{option} is given twice", Assert.Throws<ConfigFileException>(() => NodeOptions.Parse([.. options, option, "1"])).Message, StringComparison.Ordinal);
        options.RemoveRange(options.IndexOf(option), 2);
        Assert.Contains($"{option} is missing", Assert.Throws<ConfigFileException>(() => NodeOptions.Parse(options)).Message, StringComparison.Ordinal);
    }

    private static string[] Options(string data) => ["--name", "a", "--port", "0", "--controllers", "127.0.0.1:9", "--data", data];

    [Theory]
    [InlineData("Trapline.HostNode.dll", "trapline.host.wokers = 2", "node.conf:2: trapline.host.wokers: there is no such setting; did you mean trapline.host.workers?")]
    [InlineData("Trapline.Controller.dll", "trapline { host { wokers = 2 } }", "node.conf:2: trapline.host.wokers: there is no such setting; did you mean trapline.host.workers?")]
    [InlineData("Trapline.HostNode.dll", "tarpline.host.workers = 2", "node.conf:2: tarpline: there is no such section; did you mean trapline?")]
    public async Task A_setting_that_there_is_not_is_refused_by_every_program(string program, string setting, string complaint) =>
        Assert.EndsWith(complaint, await EndsWithOneLineAsync(program, $"# unknown\n{setting}\n"), StringComparison.Ordinal);

    [Fact]
    public async Task So_is_one_in_the_environment_and_one_on_the_command_line()
    {
        Assert.Equal(
            "environment variable TRAPLINE__HOST__WOKERS: trapline.host.wokers: there is no such setting; did you mean TRAPLINE__HOST__WORKERS?",
            await EndsWithOneLineAsync("Trapline.HostNode.dll", "", variable: ("TRAPLINE__HOST__WOKERS", "2")));
        Assert.Equal(
            "command line: trapline.host.wokers: there is no such setting; did you mean trapline.host.workers?",
            await EndsWithOneLineAsync("Trapline.HostNode.dll", "", ["--set", "trapline.host.wokers=2"]));
    }

    [Fact]
    public async Task A_wrong_value_is_blamed_on_the_source_that_counts()
    {
        const string File = "trapline.host.workers = 1\n";
        Assert.StartsWith(
            "environment variable TRAPLINE__HOST__WORKERS: trapline.host.workers: expected a whole number",
            await EndsWithOneLineAsync("Trapline.HostNode.dll", File, variable: ("TRAPLINE__HOST__WORKERS", "many")), StringComparison.Ordinal);
        Assert.StartsWith(
            "command line: trapline.host.workers: expected a whole number",
            await EndsWithOneLineAsync("Trapline.HostNode.dll", File, ["--set", "trapline.host.workers=more"], ("TRAPLINE__HOST__WORKERS", "2")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_launcher_names_the_users_file_and_not_its_copy()
    {
        var folder = Directory.CreateTempSubdirectory("trapline-");
        try
        {
            var file = Path.Combine(folder.FullName, "my.conf");
            await File.WriteAllTextAsync(file, "# x\ntrapline.host.workers = many\n");
            var trapline = new TraplineCommand(Path.Combine(folder.FullName, "data"));
            var (code, _, errors) = await trapline.TryAsync("up", "--nodes", "1", "--config", file);
            Assert.Equal((2, $"trapline: {file}:2: trapline.host.workers: expected a whole number from 0 to 1024, found \"many\""), (code, errors.TrimEnd().Split('\n')[^1]));

            (code, _, errors) = await trapline.TryAsync("up", "--nodes", "1", "--detach", "--set", "trapline.host.wokers=2");
            Assert.Equal((2, "trapline: command line: trapline.host.wokers: there is no such setting; did you mean trapline.host.workers?"), (code, errors.TrimEnd().Split('\n')[^1]));

            // Of a setting in both, the command line's counts: so the node comes to the next one, which is wrong.
            (code, _, errors) = await trapline.TryAsync("up", "--nodes", "1", "--config", file, "--set", "trapline.host.workers=1", "--set", "trapline.host.watchdog=never");
            Assert.Equal(2, code);
            Assert.Contains("trapline: command line: trapline.host.watchdog: expected a duration", errors, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Starts a node with settings; it ends with code 2 and one line.</summary>
    private static async Task<string> EndsWithOneLineAsync(string program, string settings, string[]? more = null, (string Name, string Value)? variable = null)
    {
        var folder = Directory.CreateTempSubdirectory("trapline-");
        try
        {
            var file = Path.Combine(folder.FullName, "node.conf");
            await File.WriteAllTextAsync(file, settings);
            var start = new ProcessStartInfo("dotnet",
                [Path.Combine(AppContext.BaseDirectory, program), .. Options(folder.FullName), "--config", file, .. more ?? []])
            {
                RedirectStandardError = true,
                UseShellExecute = false,
            };
            if (variable is { } set)
                start.Environment[set.Name] = set.Value;
            using var process = Process.Start(start)!;
            var errors = await process.StandardError.ReadToEndAsync().WaitAsync(Patience);
            await process.WaitForExitAsync().WaitAsync(Patience);

            Assert.True(process.ExitCode == 2, $"exit code {process.ExitCode}: {errors}");
            return Assert.Single(errors.TrimEnd('\n').Split('\n')).Replace(file, "node.conf", StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
