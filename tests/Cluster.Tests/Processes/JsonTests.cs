using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Trapline.TestSupport;

namespace Trapline.Cluster.Tests.Processes;

/// <summary>
/// <c>--output json</c> of every command that the program's own help lists, on a real cluster: what it prints on either stream is JSON, as one
/// value or as one on each line. A command that is added without an entry here fails the test.
/// </summary>
public sealed partial class JsonTests : OwnDataRoot
{
    private static readonly string Minios = Repository.PathOf("guests", "images", "minios.elf");

    /// <summary>Every command in an order in which each can succeed; "…" goes on until it is interrupted.</summary>
    private static readonly string[] Lines =
    [
        "up --detach --nodes 2",
        "status", "ls", "node ls", "image ls", "type ls", "volume ls", "snapshot ls", "events",
        "run --image journal --type highcpu.small --name a --wait --timeout 100",
        "run --image minios --type highcpu.small --name b --wait --timeout 100",
        "describe a", "why a", "console a", "exits a --interval 0", "top --once --interval 0.1",
        "top --interval 0.1 …", "events --follow …", "console a --follow …", "gdb b …",
        "snapshot create a --name point", "run --from-snapshot point --name c --wait --timeout 100", "terminate c",
        "fault show", "fault partition node1", "fault heal", "fault vm-actor-fail a", "fault guest-panic b", "fault guest-hang b",
        "stop b", "start b", "reboot a", "migrate a",
        "image add MINIOS --name mine", "image rm mine",
        "node add", "node cordon node3", "node uncordon node3", "node drain node3",
        "fault node-pause node1", "fault node-resume node1", "fault node-kill node1",
        "completion bash", "vm run --kernel HELLO", "demo",
    ];

    /// <summary>Each is about a VM that the command before it has restart: it has to run again first.</summary>
    private static readonly Dictionary<string, string> ForRestarted = new(StringComparer.Ordinal) { ["fault guest-hang b"] = "b", ["migrate a"] = "a" };

    /// <summary>These have to wait for something, and stand for themselves below.</summary>
    private static readonly string[] Later = ["node rm", "snapshot rm", "volume rm", "down"];

    [Fact]
    public async Task Every_command_answers_with_json_and_none_is_forgotten()
    {
        foreach (var line in Lines)
        {
            if (ForRestarted.TryGetValue(line, out var vm))
                await Trapline.UntilVmsAsync($"{vm} runs again", vms => (string)vms[vm]["state"]! == "running" && (long)vms[vm]["incarnation"]! >= 2);
            await CheckAsync(line);
        }

        await Waiting.UntilAsync("node3 is empty", async () => (await Trapline.TryAsync("node", "rm", "node3")).Code == 0);
        await CheckAsync("node rm node9", 6);
        await Waiting.UntilAsync("nothing uses the snapshot", async () => IsJson(await Trapline.TryAsync("snapshot", "rm", "point", "-o", "json")) == 0);
        await CheckAsync("snapshot rm nothing", 6);
        await CheckAsync("volume rm vm-9999 --yes", 6);
        await CheckAsync("run --image nothing", 6);
        await CheckAsync("stop a nobody", 6);
        await CheckAsync("down");

        var tried = Lines.Concat(Later).ToList();
        foreach (var command in await CommandsAsync([]))
            Assert.True(tried.Exists(line => $"{line} ".StartsWith($"{command} ", StringComparison.Ordinal)), $"'{command}' is not tried: add it to the lines above");
    }

    private async Task CheckAsync(string line, int code = 0)
    {
        var words = line.Split(' ').Select(w => w.Replace("MINIOS", Minios, StringComparison.Ordinal).Replace("HELLO", Minios.Replace("minios", "hello", StringComparison.Ordinal), StringComparison.Ordinal)).ToList();
        if (words[^1] == "…")
        {
            await CheckEndlessAsync([.. words.SkipLast(1), "--output", "json"]);
            return;
        }

        var data = words[0] is "demo" or "completion" or "vm" ? [] : new[] { "--data", Data };
        var result = await TraplineCommand.TryPlainAsync([.. words, "--output", "json", .. data]);
        Assert.True(IsJson(result) == code, $"{line}: {result}");
    }

    private async Task CheckEndlessAsync(string[] words)
    {
        using var process = Trapline.Start(words);
        using var patience = new CancellationTokenSource(TraplineCommand.Patience);
        var first = await process.StandardOutput.ReadLineAsync(patience.Token);
        Assert.NotNull(JsonNode.Parse(first!));
        var signal = Posix.UserEnds;
        Posix.Send(process.Id, signal);
        var rest = await process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = await process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        Assert.True(IsJson((process.ExitCode, rest, errors)) == 128 + signal, $"{string.Join(' ', words)}: {process.ExitCode}\n{errors}");
    }

    /// <summary>The exit code of a command whose streams are both JSON.</summary>
    private static int IsJson((int Code, string Output, string Errors) result)
    {
        foreach (var text in new[] { result.Output, result.Errors })
        {
            try
            {
                if (text.Length > 0)
                    Assert.NotNull(JsonNode.Parse(text));
            }
            catch (System.Text.Json.JsonException)
            {
                Assert.All(text.TrimEnd('\n').Split('\n'), line => Assert.NotNull(JsonNode.Parse(line)));
            }
        }

        return result.Code;
    }

    /// <summary>All commands that are not groups, as the help lists them.</summary>
    private static async Task<IReadOnlyList<string>> CommandsAsync(string[] path)
    {
        var (code, help, errors) = await TraplineCommand.TryPlainAsync([.. path, "--help"]);
        Assert.True(code == 0, errors);
        var begin = help.IndexOf("\nCommands:\n", StringComparison.Ordinal);
        if (begin < 0)
            return [string.Join(' ', path)];
        var all = new List<string>();
        foreach (Match match in Listed().Matches(help[begin..help.IndexOf("\n\n", begin, StringComparison.Ordinal)]))
            all.AddRange(await CommandsAsync([.. path, match.Groups["name"].Value]));
        return all;
    }

    [GeneratedRegex("^  (?<name>[a-z-]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Listed();
}
