using System.Text.Json.Nodes;

namespace Trapline.Cluster.Tests.Processes;

/// <summary>VMs from <c>run</c> to their end, as the command line shows them.</summary>
public sealed class RunTests(ClusterOfTwo cluster) : IClassFixture<ClusterOfTwo>
{
    private TraplineCommand Trapline => cluster.Trapline;

    [Fact]
    public async Task What_has_ended_by_itself_is_not_wanted_any_more_until_it_is_started_again()
    {
        await Trapline.RunAsync("run", "--image", "minios", "--type", "highcpu.small", "--name", "job", "--restart", "never", "--wait", "--timeout", "100");
        await Trapline.UntilConsoleAsync("job", "minios: ready");
        Assert.Equal("running", (string)(await Trapline.VmsAsync())["job"]["desired"]!);
        using (var console = Trapline.Start("console", "job", "-i"))
        {
            await console.StandardInput.WriteAsync("poweroff\r");
            await console.StandardInput.FlushAsync();
            var ended = await Trapline.UntilVmsAsync("job has ended", vms => (string)vms["job"]["state"]! == "ended");
            Assert.Equal(("ended", "PoweredOff"), ((string)ended["job"]["desired"]!, (string)ended["job"]["lastEndReason"]!));
            console.Kill();
        }

        Assert.Contains("'trapline start' has it run again", await Trapline.RunAsync("describe", "job"), StringComparison.Ordinal);
        Assert.Contains("#1 ended: powered off", await Trapline.RunAsync("events"), StringComparison.Ordinal);
        var events = (await Trapline.RunAsync("events", "--output", "json")).TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!);
        Assert.Equal("PoweredOff", (string)events.Last(e => (string)e["kind"]! == "vm-ended")["end"]!);
        var (code, _, errors) = await Trapline.TryAsync("reboot", "job");
        Assert.Equal(7, code);
        Assert.Contains("job has ended", errors, StringComparison.Ordinal);

        await Trapline.RunAsync("start", "job");
        var again = await Trapline.UntilVmsAsync("job runs again", vms => (string)vms["job"]["state"]! == "running");
        Assert.Equal(("running", 2), ((string)again["job"]["desired"]!, (int)again["job"]["incarnation"]!));
        await Trapline.RunAsync("terminate", "job");
    }

    /// <summary>Two nodes, and three VMs that want one each.</summary>
    [Fact]
    public async Task Who_waits_in_vain_is_told_which_vms_did_not_run_and_hears_of_progress_only_when_there_is_some()
    {
        var (code, output, errors) = await Trapline.TryAsync(
            "run", "--image", "minios", "--type", "highcpu.small", "--name", "lone", "--count", "3", "--group", "lone", "--affinity", "apart", "--wait", "--timeout", "5", "--output", "json");
        Assert.Equal(9, code);
        Assert.Equal(3, JsonNode.Parse(output)!.AsArray().Count);
        var said = errors.TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(9, (int)said[^1]["exitCode"]!);
        Assert.Contains("VMs did not run within 5 s", (string)said[^1]["error"]!, StringComparison.Ordinal);
        var notes = said.SkipLast(1).Select(line => (string)line["note"]!).ToList();
        Assert.Equal("starting", notes[0]);
        Assert.DoesNotContain(notes.Zip(notes.Skip(1)), pair => pair.First == pair.Second);
        await Trapline.RunAsync("terminate", "lone-1", "lone-2", "lone-3");
    }
}
