using Trapline.Hypervisor.Machine;
using Trapline.TestSupport;

namespace Trapline.Hypervisor.Tests.Boot;

/// <summary>The unmodified Debian kernel and its file systems, as deploy/images/debian/build.sh leaves them.</summary>
internal static class DebianImage
{
    public static string Kernel => File("vmlinux");

    public static string Initrd => File("initrd.cpio.gz");

    public static string RootFileSystem => File("rootfs.ext4");

    public static MachineConfig Config(int harts, string commandLine) => new()
    {
        Name = "debian",
        Kernel = new ImageSource(Kernel),
        Initrd = new ImageSource(Initrd),
        Harts = harts,
        CommandLine = commandLine,
        Engine = EngineUnderTest.Kind,
        MemoryBytes = 256UL << 20,
    };

    private static string File(string name) =>
        ExternalTool.RequireFile(Repository.PathOf("deploy", "images", "debian", "out", name), "deploy/images/debian/build.sh");
}
