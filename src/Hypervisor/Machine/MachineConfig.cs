using Trapline.Hypervisor.Engines.Jit.Dump;
using Trapline.Hypervisor.Machine.Scheduling;
using Trapline.Hypervisor.Storage;

namespace Trapline.Hypervisor.Machine;

/// <summary>What executes the guest's code.</summary>
public enum EngineKind
{
    /// <summary>The fastest that this host has.</summary>
    Auto,

    /// <summary>The interpreter.</summary>
    Interpreter,

    /// <summary>Translation to the host's own code; not on every host.</summary>
    Jit,
}

/// <summary>What time is for the guest.</summary>
public enum ClockKind
{
    /// <summary>The host's time; harts run in parallel.</summary>
    Real,

    /// <summary>Derived from instructions; harts take turns on one thread; a run repeats exactly.</summary>
    Virtual,
}

/// <summary>Which device the machine's console is.</summary>
public enum ConsoleKind
{
    /// <summary>The UART (<c>ttyS0</c>).</summary>
    Uart,

    /// <summary>The virtio console (<c>hvc0</c>); the UART's output is dropped.</summary>
    Virtio,
}

/// <summary>Where the guest's network cable leads.</summary>
public enum NetKind
{
    /// <summary>No network device.</summary>
    None,

    /// <summary>A network that swallows everything.</summary>
    Null,

    /// <summary>A cable back to the guest itself.</summary>
    Loopback,
}

/// <summary>A kernel, firmware or initrd: a file, or bytes that somebody has read already.</summary>
/// <param name="Name">The file's path, or a name for messages.</param>
/// <param name="Content">The bytes; null to read the file when the machine is built.</param>
public sealed record ImageSource(string Name, ReadOnlyMemory<byte>? Content = null);

/// <summary>A disk of a machine.</summary>
/// <param name="Path">The image file.</param>
/// <param name="ReadOnly">Whether the guest may not write.</param>
/// <param name="Overlay">With a path: writes go to this copy-on-write file, made if it does not exist, and the image stays as it is.</param>
public sealed record DiskConfig(string Path, bool ReadOnly = false, string? Overlay = null)
{
    /// <summary>The writer's incarnation: an overlay refuses writers with an older one than its last.</summary>
    public ulong Incarnation { get; init; } = 1;

    /// <summary>What identifies the image's content to the overlay; null to have it computed.</summary>
    public string? ImageId { get; init; }

    /// <summary>Copy-on-write files between the image and <see cref="Overlay"/>, the lowest first: read, and never written.</summary>
    public IReadOnlyList<DiskLayer> Layers { get; init; } = [];

    /// <summary>A disk that is already open, in place of the file; the machine owns it from now on.</summary>
    public IBlockBackend? Opened { get; init; }
}

/// <summary>A copy-on-write file that others lie upon.</summary>
/// <param name="Path">The file.</param>
/// <param name="Id">What identifies its content to the file above it.</param>
public sealed record DiskLayer(string Path, string Id);

/// <summary>
/// What a machine is to be. Values are checked by <see cref="MachineBuilder"/>, which says what is wrong with them; nothing is checked
/// here.
/// </summary>
public sealed record MachineConfig
{
    /// <summary>The most harts of a machine.</summary>
    public const int HartsLimit = 8;

    /// <summary>The least memory, in bytes.</summary>
    public const ulong MemoryMinimum = 1UL << 20;

    /// <summary>The most memory, in bytes.</summary>
    public const ulong MemoryLimit = 64UL << 30;

    /// <summary>The longest command line, in bytes (the limit of Linux for riscv is 1024 or, by configuration, more).</summary>
    public const int CommandLineLimit = 2047;

    /// <summary>A name for messages and threads.</summary>
    public string Name { get; init; } = "vm";

    /// <summary>Bytes of RAM: a multiple of 4096.</summary>
    public ulong MemoryBytes { get; init; } = 256UL << 20;

    /// <summary>Virtual processors.</summary>
    public int Harts { get; init; } = 1;

    /// <summary>The kernel: started directly, or, with a firmware, handed to it.</summary>
    public ImageSource? Kernel { get; init; }

    /// <summary>An M-mode image to start at reset.</summary>
    public ImageSource? Firmware { get; init; }

    /// <summary>The initial RAM disk.</summary>
    public ImageSource? Initrd { get; init; }

    /// <summary>The kernel's command line.</summary>
    public string CommandLine { get; init; } = "";

    /// <summary>Disks, in order: <c>vda</c>, <c>vdb</c> and so on.</summary>
    public IReadOnlyList<DiskConfig> Disks { get; init; } = [];

    /// <summary>The console.</summary>
    public ConsoleKind Console { get; init; } = ConsoleKind.Uart;

    /// <summary>The network.</summary>
    public NetKind Net { get; init; } = NetKind.None;

    /// <summary>Whether it has a power button, where disks and the other devices leave a slot for it.</summary>
    public bool PowerButton { get; init; } = true;

    /// <summary>What executes.</summary>
    public EngineKind Engine { get; init; } = EngineKind.Auto;

    /// <summary>Asks the JIT for a listing of what it makes of an address; not part of a snapshot.</summary>
    public JitDump? JitDump { get; init; }

    /// <summary>What time is.</summary>
    public ClockKind Clock { get; init; } = ClockKind.Real;

    /// <summary>With the virtual clock: where random numbers start.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How long a hart may run without any sign of progress before the machine is ended; zero for ever.</summary>
    public TimeSpan Watchdog { get; init; } = TimeSpan.Zero;

    /// <summary>The share of the processors, in proportion to other machines.</summary>
    public int Weight { get; init; } = SchedulingGroup.DefaultWeight;

    /// <summary>The most processor time, in cores.</summary>
    public double CapCores { get; init; } = double.PositiveInfinity;
}
