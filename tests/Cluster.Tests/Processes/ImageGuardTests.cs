using Trapline.TestSupport;

namespace Trapline.Cluster.Tests.Processes;

/// <summary>Images of users that were changed, that are firmware, or whose removal was cut off.</summary>
public sealed class ImageGuardTests(ClusterOfTwo cluster) : IClassFixture<ClusterOfTwo>
{
    private static readonly string Minios = Repository.PathOf("guests", "images", "minios.elf");

    private TraplineCommand Trapline => cluster.Trapline;

    [Fact]
    public async Task A_vm_whose_image_was_changed_says_so_and_is_not_tried_again_until_it_is_told_to()
    {
        await Trapline.RunAsync("image", "add", Minios, "--name", "sealed");
        var file = Path.Combine(cluster.Data, "images", "sealed", "kernel");
        var whole = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, [.. whole[..^1], (byte)(whole[^1] + 1)]);

        await Trapline.RunAsync("run", "--image", "sealed", "--type", "highcpu.small", "--name", "careful");
        var vms = await Trapline.UntilVmsAsync("it has ended", vms => (string)vms["careful"]["state"]! == "ended");
        var end = (string)vms["careful"]["lastEnd"]!;
        Assert.StartsWith("#1 image changed", end, StringComparison.Ordinal);
        Assert.Contains($"{file} has SHA-256", end, StringComparison.Ordinal);
        Assert.Contains("bring the file back", end, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(file, whole);
        await Trapline.RunAsync("start", "careful");
        await Trapline.UntilVmsAsync("it runs", vms => (string)vms["careful"]["state"]! == "running" && (long)vms["careful"]["incarnation"]! == 2);
        await Trapline.RunAsync("terminate", "careful");
        await Trapline.UntilVmsAsync("it is gone", vms => !vms.ContainsKey("careful"));
        await Trapline.RunAsync("image", "rm", "sealed");
    }

    [SkippableTheory]
    [InlineData("guests/images/firmware.elf", "firmware: started", null)]
    [InlineData("/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_jump.elf", "OpenSBI v", "apt-get install opensbi")]
    [InlineData("/usr/lib/u-boot/qemu-riscv64/uboot.elf", "U-Boot ", "apt-get install u-boot-qemu")]
    public async Task A_firmware_is_added_as_an_image_and_boots(string path, string text, string? package)
    {
        var file = package is null ? Repository.PathOf(path.Split('/')) : ExternalTool.RequireFile(path, package);
        var name = Path.GetFileNameWithoutExtension(file).Replace('_', '-');
        await Trapline.RunAsync("image", "add", file, "--name", name, "--kind", "firmware");
        await Trapline.RunAsync("run", "--image", name, "--type", "highcpu.small", "--name", $"vm-{name}", "--restart", "never");
        await Trapline.UntilConsoleAsync($"vm-{name}", text, present: false);
    }

    /// <summary>What a process leaves that is killed between hiding an image and deleting it: the next one looks whether a VM needs it.</summary>
    [Fact]
    public async Task An_image_whose_removal_was_cut_off_comes_back_if_it_is_used_and_goes_if_not()
    {
        foreach (var name in new[] { "used", "unused" })
            await Trapline.RunAsync("image", "add", Minios, "--name", name);
        await Trapline.RunAsync("run", "--image", "used", "--type", "highcpu.small", "--name", "user", "--wait", "--timeout", "100");
        var images = Path.Combine(cluster.Data, "images");
        Directory.Move(Path.Combine(images, "used"), Path.Combine(images, $".used.{Guid.NewGuid():n}.gone"));
        Directory.Move(Path.Combine(images, "unused"), Path.Combine(images, $".unused.{Guid.NewGuid():n}.gone"));
        await Trapline.RunAsync("fault", "node-kill", "controller1");

        await Trapline.UntilVmsAsync("the image is back", _ => Directory.Exists(Path.Combine(images, "used")));
        await Trapline.UntilVmsAsync("the other is gone", _ => !Directory.EnumerateDirectories(images, ".*.gone").Any());
        Assert.False(Directory.Exists(Path.Combine(images, "unused")));
        await Trapline.RunAsync("reboot", "user");
        await Trapline.UntilVmsAsync("it boots from it", vms => (string)vms["user"]["state"]! == "running" && (long)vms["user"]["incarnation"]! == 2);
        await Trapline.RunAsync("terminate", "user");
        await Trapline.UntilVmsAsync("it is gone", vms => !vms.ContainsKey("user"));
    }
}
