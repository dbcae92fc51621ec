namespace Trapline.Cluster.Tests.Processes;

/// <summary>Stopping VMs with disks: one whose guest listens to its power button, one whose guest does not.</summary>
public sealed class PowerButtonTests(ClusterOfTwo cluster) : IClassFixture<ClusterOfTwo>
{
    private TraplineCommand Trapline => cluster.Trapline;

    [Fact]
    public async Task A_guest_that_listens_powers_itself_off_and_another_is_cut_off_after_its_grace()
    {
        await Trapline.RunAsync("run", "--image", "journal", "--type", "highcpu.small", "--name", "hears", "--wait", "--timeout", "100");
        await Trapline.RunAsync("run", "--image", "journal", "--type", "highcpu.small", "--name", "deaf", "--append", "power-button=ignore", "--wait", "--timeout", "100");
        await Trapline.UntilConsoleAsync("hears", "ack 9");
        await Trapline.UntilConsoleAsync("deaf", "ack 9");

        await Trapline.RunAsync("stop", "hears", "deaf");
        var stopped = await Trapline.UntilVmsAsync("both are stopped", vms => vms.Values.All(v => (string)v["state"]! == "stopped"));
        Assert.EndsWith(": asked by its power button, the guest powered itself off", (string)stopped["hears"]["lastEnd"]!, StringComparison.Ordinal);
        Assert.EndsWith(": the guest does not listen to its power button and was cut off after 10 s", (string)stopped["deaf"]["lastEnd"]!, StringComparison.Ordinal);
        var events = await Trapline.RunAsync("events", "--output", "json");
        Assert.Contains("(asked by its power button, the guest powered itself off)", events, StringComparison.Ordinal);
        Assert.Contains("(the guest does not listen to its power button and was cut off after 10 s)", events, StringComparison.Ordinal);

        // Both find everything that they had acknowledged; the one that heard, nothing beyond it: it was in the middle of nothing.
        foreach (var vm in new[] { "hears", "deaf" })
        {
            var acknowledged = Last(await Trapline.RunAsync("console", vm), "ack ");
            await Trapline.RunAsync("start", vm);
            await Trapline.UntilVmsAsync($"{vm} runs again", vms => (long)vms[vm]["incarnation"]! == 2 && (string)vms[vm]["state"]! == "running");
            var verified = Last(await Trapline.UntilConsoleAsync(vm, "journal: last record"), "verified ");
            Assert.InRange(verified, acknowledged, acknowledged + (vm == "hears" ? 0 : 1));
        }
    }

    private static long Last(string console, string word) =>
        console.Split('\n').Where(line => line.StartsWith(word, StringComparison.Ordinal)).Select(line => long.Parse(line[word.Length..].Split(' ', '\r')[0])).LastOrDefault();
}
