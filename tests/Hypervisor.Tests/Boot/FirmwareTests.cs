using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Tests.Machine;
using Trapline.TestSupport;
using Xunit;

namespace Trapline.Hypervisor.Tests.Boot;

/// <summary>Firmware that others have built for QEMU's <c>virt</c> board runs unmodified: OpenSBI and U-Boot as Debian ships them.</summary>
public sealed class FirmwareTests
{
    [SkippableTheory]
    [InlineData("fw_dynamic.bin")]
    [InlineData("fw_jump.elf")]
    public async Task OpenSbi_starts_a_kernel(string file)
    {
        var config = TestGuests.Guest("minios", "run=\"spawn 3 1;sleep 1300;counters;poweroff\"", harts: 2) with { Firmware = OpenSbi(file) };
        var (end, console) = await TestGuests.RunAsync(config);

        Assert.Contains("OpenSBI v", console.Text, StringComparison.Ordinal);
        TestGuests.AssertLines(console.Text, "minios: 2 harts, 64 MiB, console uart, timer stimecmp, disk 0 sectors", "minios: ready", "spawn: 3 workers for 1 s");
        Assert.Equal(GuestEndKind.PowerOff, end.Kind);
    }

    [SkippableFact]
    public async Task OpenSbi_starts_the_debian_kernel()
    {
        var config = DebianImage.Config(2, "quiet trapline.run=\"nproc; dmesg | grep -o 'ID=0x1 Version=0x[0-9]\\+'\"") with { Firmware = OpenSbi("fw_dynamic.bin") };
        var (end, console) = await TestGuests.RunAsync(config);

        TestGuests.AssertLines(console.Text, "trapline: debian ready", "2", "ID=0x1 Version=0x10001", "trapline: exit 0");
        Assert.Equal(GuestEndKind.PowerOff, end.Kind);
    }

    [SkippableTheory]
    [InlineData("machine mode")]
    [InlineData("behind OpenSBI")]
    [InlineData("supervisor mode")]
    public async Task UBoot_comes_to_its_prompt_and_answers(string how)
    {
        var config = new MachineConfig { Engine = EngineUnderTest.Kind, MemoryBytes = 256UL << 20 };
        config = how switch
        {
            "machine mode" => config with { Firmware = UBoot("qemu-riscv64", "u-boot.bin") },
            "behind OpenSBI" => config with { Firmware = OpenSbi("fw_jump.bin"), Kernel = UBoot("qemu-riscv64_smode", "u-boot.bin") },
            _ => config with { Kernel = UBoot("qemu-riscv64_smode", "uboot.elf") },
        };
        using var host = TestGuests.NewHost();
        var console = new TestConsole();
        await using var machine = new MachineBuilder(host).Build(config, console.Console).Value;
        machine.Start();
        await console.WaitForAsync("Hit any key");
        console.Type("\r");
        var at = await console.WaitForAsync("=> ");

        console.Type("echo answer ${baudrate}\r");
        at = await console.WaitForAsync("\nanswer 115200\n", at);
        console.Type("poweroff\r");

        Assert.Equal(GuestEndKind.PowerOff, (await machine.WhenEnded.WaitAsync(TestConsole.Patience)).Kind);
    }

    private static ImageSource OpenSbi(string file) =>
        new(ExternalTool.RequireFile($"/usr/lib/riscv64-linux-gnu/opensbi/generic/{file}", "apt-get install opensbi"));

    private static ImageSource UBoot(string board, string file) =>
        new(ExternalTool.RequireFile($"/usr/lib/u-boot/{board}/{file}", "apt-get install u-boot-qemu"));
}
