using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Trapline.Hypervisor.Memory;

/// <summary>Host memory by <c>mmap(2)</c>: pages appear when touched, and snapshot files are shared until written.</summary>
[SupportedOSPlatform("linux")]
internal sealed partial class LinuxHostMemory : IHostMemory
{
    private const int ProtReadWrite = 1 | 2;
    private const int MapPrivate = 0x02;
    private const int MapAnonymous = 0x20;
    private const int MapNoReserve = 0x4000;
    private const int AdviseHugePages = 14;
    private const nint MapFailed = -1;

    // Large memory belongs to guests that use it: with pages of 2 MiB the host takes fewer faults and TLB misses. Small guests are many, and idle.
    private const nuint HugePagesFrom = 256 << 20;

    public nint Allocate(nuint bytes)
    {
        nint address = Map(0, bytes, ProtReadWrite, MapPrivate | MapAnonymous | MapNoReserve, -1, 0);
        if (address == MapFailed)
            throw new OutOfMemoryException($"mmap of {bytes} bytes failed, errno {Marshal.GetLastPInvokeError()}");
        // A hint: a host without huge pages refuses, and nothing is lost.
        if (bytes >= HugePagesFrom)
            _ = Advise(address, bytes, AdviseHugePages);
        return address;
    }

    public nint MapCopyOnWrite(SafeFileHandle file, long offset, nuint bytes)
    {
        // A mapping beyond the end of its file kills the process on access (SIGBUS), so the length is checked here.
        if (RandomAccess.GetLength(file) < offset + (long)bytes)
            throw new IOException($"the file ends before offset {offset} + {bytes} bytes");
        bool added = false;
        try
        {
            file.DangerousAddRef(ref added);
            nint address = Map(0, bytes, ProtReadWrite, MapPrivate | MapNoReserve, (int)file.DangerousGetHandle(), offset);
            return address == MapFailed
                ? throw new IOException($"mmap of the file failed, errno {Marshal.GetLastPInvokeError()}")
                : address;
        }
        finally
        {
            if (added)
                file.DangerousRelease();
        }
    }

    public void Free(nint address, nuint bytes)
    {
        int result = Unmap(address, bytes);
        Invariant.Require(result == 0, "munmap of a block that this class mapped succeeds");
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(nint address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unmap(nint address, nuint length);
}
