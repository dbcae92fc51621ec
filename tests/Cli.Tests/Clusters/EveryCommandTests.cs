using System.CommandLine;
using Trapline.Cli.Commands;
using Trapline.Cli.Commands.Help;

namespace Trapline.Cli.Tests.Clusters;

/// <summary>What holds for all commands, whichever there are. That the JSON of each can be read is shown on a real cluster, in Cluster.Tests.</summary>
public sealed class EveryCommandTests
{
    private static readonly RootCommand Root = TraplineCommand.Create();

    [Fact]
    public void Every_command_prints_json_when_asked()
    {
        foreach (var command in All(Root).Where(c => c.Subcommands.Count == 0))
            Assert.True(command.Options.Contains(OutputOption.Option), $"'{CommandPath.Of(command)}' has no --output");
    }

    [Fact]
    public void Every_command_and_group_has_a_description_and_examples_that_the_parser_takes()
    {
        foreach (var command in All(Root))
        {
            var path = CommandPath.Of(command);
            Assert.False(string.IsNullOrWhiteSpace(command.Description), path);
            Assert.All(command.Options.Where(o => o.Name != "--help").Cast<Symbol>().Concat(command.Arguments), s => Assert.False(string.IsNullOrWhiteSpace(s.Description), $"{path} {s.Name}"));
            Assert.NotEmpty(Examples.Of(path));
            foreach (var example in Examples.Of(path))
            {
                var line = example.Replace("source <(", "", StringComparison.Ordinal).TrimEnd(')').Replace('\'', '"');
                var parsed = Root.Parse(line["trapline ".Length..]);
                Assert.True(parsed.Errors.Count == 0, $"{example}: {(parsed.Errors.Count == 0 ? "" : parsed.Errors[0].Message)}");
                Assert.True(command.Subcommands.Count > 0 || parsed.CommandResult.Command == command, $"{example} is an example of another command");
            }
        }
    }

    [Fact]
    public async Task Help_ends_with_examples_and_exit_codes_and_a_group_alone_shows_its_help()
    {
        var (code, output, errors) = await TraplineProcess.RunAsync("snapshot", "create", "--help");
        Assert.Equal((0, ""), (code, errors));
        foreach (var part in new[] { "trapline snapshot create <VM> [options]", "Examples:", "trapline snapshot create web-1 --name warm", "Exit codes:", "7  the cluster refuses" })
            Assert.Contains(part, output, StringComparison.Ordinal);

        (code, output, errors) = await TraplineProcess.RunAsync("node");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("cordon <NODE>", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "{\"error\":\"'trapline ls' has no option '--bad'", "ls", "--output", "json", "--bad")]
    [InlineData(2, "{\"error\":\"'trapline' has no command 'lss', did you mean 'ls'?", "lss", "-o", "json")]
    [InlineData(2, "{\"error\":\"'..' is no name", "describe", "..", "--output=json", "--data", "DATA")]
    [InlineData(2, "{\"error\":\"--data is empty", "ls", "--data", "", "-o", "json")]
    [InlineData(8, "{\"error\":\"no cluster runs on ", "ls", "-o", "json", "--data", "/dev/null/none")]
    [InlineData(2, "{\"error\":\"kernel /no/such/kernel does not exist", "vm", "run", "-o", "json", "--kernel", "/no/such/kernel")]
    public async Task Errors_are_json_too(int expected, string begin, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("trapline-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "cluster.json"), """{ "supervisor": 1, "nodes": [{ "name": "controller1", "kind": "Controller", "pid": 1, "port": 9, "api": "http://127.0.0.1:9", "starts": 1 }] }""");
        try
        {
            var (code, output, errors) = await TraplineProcess.RunAsync([.. arguments.Select(a => a.Replace("DATA", folder.FullName, StringComparison.Ordinal))]);
            Assert.True(code == expected, $"{code}: {errors}");
            Assert.Empty(output);
            Assert.StartsWith(begin, errors, StringComparison.Ordinal);
            Assert.EndsWith($"\"exitCode\":{expected}}}", Assert.Single(errors.Trim().Split('\n')), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task What_a_machine_prints_and_how_it_ends_are_lines_of_json()
    {
        var (code, output, _) = await TraplineProcess.RunAsync("vm", "run", "--kernel", TestSupport.Repository.PathOf("guests", "images", "hello.elf"), "--output", "json");
        Assert.Equal(0, code);
        var lines = output.Trim().Split('\n').Select(line => System.Text.Json.Nodes.JsonNode.Parse(line)!).ToList();
        Assert.Contains("hello from hart 0", string.Concat(lines.SkipLast(1).Select(l => System.Text.Encoding.ASCII.GetString(Convert.FromBase64String((string)l["bytes"]!)))), StringComparison.Ordinal);
        Assert.Equal("""{"exitCode":0,"end":"PowerOff","message":"the guest powered off"}""", lines[^1].ToJsonString());
    }

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);
}
