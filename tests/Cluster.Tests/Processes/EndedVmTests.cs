using System.Text.Json.Nodes;

namespace Trapline.Cluster.Tests.Processes;

/// <summary>A VM whose guest ends by itself and whose restart policy leaves it so.</summary>
public sealed class EndedVmTests(ClusterOfTwo cluster) : IClassFixture<ClusterOfTwo>
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
}
