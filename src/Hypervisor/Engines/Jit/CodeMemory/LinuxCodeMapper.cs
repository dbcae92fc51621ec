using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Trapline.Hypervisor.Engines.Jit.CodeMemory;

/// <summary>One anonymous file (<c>memfd_create(2)</c>) mapped twice. Pages appear when first written.</summary>
[SupportedOSPlatform("linux")]
internal sealed partial class LinuxCodeMapper : ICodeMapper
{
    private const int ProtRead = 1;
    private const int ProtWrite = 2;
    private const int ProtExecute = 4;
    private const int MapShared = 1;
    private const uint CloseOnExec = 1;
    private const nint Failed = -1;

    public (nint Writable, nint Executable) Map(int bytes)
    {
        int file = MemoryFile("trapline-code", CloseOnExec);
        if (file < 0)
            throw new OutOfMemoryException($"memfd_create failed, errno {Marshal.GetLastPInvokeError()}");
        try
        {
            if (SetLength(file, bytes) != 0)
                throw new OutOfMemoryException($"ftruncate of code memory failed, errno {Marshal.GetLastPInvokeError()}");
            nint writable = Map(0, (nuint)bytes, ProtRead | ProtWrite, MapShared, file, 0);
            if (writable == Failed)
                throw new OutOfMemoryException($"mmap of code memory failed, errno {Marshal.GetLastPInvokeError()}");
            nint executable = Map(0, (nuint)bytes, ProtRead | ProtExecute, MapShared, file, 0);
            if (executable != Failed)
                return (writable, executable);
            int error = Marshal.GetLastPInvokeError();
            Unmap(writable, (nuint)bytes);
            throw new OutOfMemoryException($"mmap of executable memory failed, errno {error}");
        }
        finally
        {
            Close(file);
        }
    }

    public void Unmap(nint writable, nint executable, int bytes)
    {
        Unmap(writable, (nuint)bytes);
        Unmap(executable, (nuint)bytes);
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MemoryFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetLength(int file, long length);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int file);
}
