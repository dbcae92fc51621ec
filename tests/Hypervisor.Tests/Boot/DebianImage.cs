using Trapline.Hypervisor.Machine;
using Trapline.TestSupport;

namespace Trapline.Hypervisor.Tests.Boot;

/// <summary>The unmodified Debian kernel and its file systems, as deploy/images/debian/build.sh leaves them.</summary>
internal static class DebianImage
{
    private const string Builder = "deploy/images/debian/build.sh";

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

    /// <summary>Skips where the image was built before it had this kernel module.</summary>
    public static void RequireModule(string module) =>
        ExternalTool.RequireContent(PathOf("manifest.json"), module, Builder);

    private static string PathOf(string name) => Repository.PathOf("deploy", "images", "debian", "out", name);

    private static string File(string name) =>
        ExternalTool.RequireFile(PathOf(name), Builder);
}
