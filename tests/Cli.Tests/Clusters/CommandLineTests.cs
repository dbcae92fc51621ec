namespace Trapline.Cli.Tests.Clusters;

/// <summary>The commands about clusters as users type them, without a cluster.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trapline-");

    [Fact]
    public async Task Without_a_cluster_a_command_names_the_data_root_and_ends_with_8()
    {
        var (code, output, errors) = await TraplineProcess.RunAsync("ls", "--data", _folder.FullName);
        Assert.Equal(ExitCodes.Unavailable, code);
        Assert.Empty(output);
        Assert.Contains(_folder.FullName, Assert.Single(errors.Trim().Split('\n')), StringComparison.Ordinal);
    }

    /// <summary>A state file whose processes are gone, as after the machine was switched off.</summary>
    [Fact]
    public async Task Where_all_processes_are_gone_nothing_is_waited_for_and_what_to_do_is_said()
    {
        const int Nobody = int.MaxValue;
        await File.WriteAllTextAsync(
            Path.Combine(_folder.FullName, "cluster.json"),
            $$"""{ "supervisor": {{Nobody}}, "nodes": [{ "name": "controller1", "kind": "Controller", "pid": {{Nobody}}, "port": 9, "api": "http://127.0.0.1:9", "starts": 1 }] }""");
        foreach (var command in new[] { new[] { "ls" }, ["stop", "web"], ["events", "-f"] })
        {
            var (code, _, errors) = await TraplineProcess.RunAsync([.. command, "--data", _folder.FullName]);
            Assert.Equal(ExitCodes.Unavailable, code);
            Assert.Equal($"trapline: the cluster on {_folder.FullName} has lost its controllers and the supervisor that would start them again: 'trapline up' starts it again\n", errors);
        }
    }

    [Theory]
    [InlineData("run")]
    [InlineData("run", "--image")]
    [InlineData("run", "--from-snapshot", "warm", "--type")]
    [InlineData("run", "--image", "minios", "--restart", "sometimes")]
    [InlineData("up", "--nodes", "0")]
    [InlineData("up", "--base-port", "70000")]
    [InlineData("describe")]
    [InlineData("fault", "node-kil", "node1")]
    [InlineData("ls", "--output", "xml")]
    public async Task Wrong_usage_is_one_line_and_exit_code_2(params string[] arguments)
    {
        var (code, _, errors) = await TraplineProcess.RunAsync(arguments);
        Assert.Equal(ExitCodes.Usage, code);
        Assert.StartsWith("trapline: ", Assert.Single(errors.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'trapline' has no command 'stauts', did you mean 'status'?", "stauts")]
    [InlineData("'trapline fault' has no command 'node-kil', did you mean 'node-kill'?", "fault", "node-kil", "node1")]
    [InlineData("'trapline run' has no option '--imege', did you mean '--image'?", "run", "--imege", "minios")]
    [InlineData("'--data' stands before its command, give it behind 'trapline ls'", "--data", "x", "ls")]
    [InlineData("'trapline describe' needs VM", "describe")]
    [InlineData("--image needs a value", "run", "--image")]
    [InlineData("'more' is more than 'trapline ls' takes", "ls", "more")]
    [InlineData("'many' is no number for --count", "run", "--image", "minios", "--count", "many")]
    [InlineData("'sometimes' is not possible here, give one of always, on-failure, never", "run", "--image", "minios", "--restart", "sometimes")]
    [InlineData("'speed' is not possible here, give one of cpu, memory, exits, name", "top", "--sort", "speed")]
    public async Task Wrong_usage_is_said_in_the_users_words(string problem, params string[] arguments)
    {
        var (code, _, errors) = await TraplineProcess.RunAsync(arguments);
        Assert.Equal(ExitCodes.Usage, code);
        Assert.StartsWith($"trapline: {problem}{(problem.EndsWith('?') ? "" : ":")} '", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shells_are_told_commands_and_options()
    {
        var (code, output, _) = await TraplineProcess.RunAsync("[suggest:14]", "trapline node ");
        Assert.Equal(ExitCodes.Success, code);
        Assert.Superset(new HashSet<string> { "ls", "cordon", "uncordon", "drain", "rm" }, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet());
        foreach (var line in new[] { "trapline run --image ", "trapline run --from-snapshot ", "trapline run --from-snapshot warm --type ", "trapline migrate web-1 --to " })
            Assert.Equal((ExitCodes.Success, ""), await SuggestAsync(line));
        foreach (var shell in new[] { "bash", "zsh", "fish" })
            Assert.Contains("[suggest:", (await TraplineProcess.RunAsync("completion", shell)).Output, StringComparison.Ordinal);
    }

    /// <summary>Nothing runs there: there is nothing to suggest, and nothing to complain of.</summary>
    private static async Task<(int Code, string Errors)> SuggestAsync(string line)
    {
        var (code, _, errors) = await TraplineProcess.RunAsync($"[suggest:{line.Length}]", line);
        return (code, errors);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
