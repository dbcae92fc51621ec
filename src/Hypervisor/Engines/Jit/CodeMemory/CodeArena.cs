using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Trapline.Hypervisor.Engines.Jit.CodeMemory;

/// <summary>
/// Memory for generated code: one anonymous file mapped twice, once writable and once executable, so that no page is ever both
/// and changing an instruction costs a plain store. Pages appear when first written.
/// </summary>
internal sealed unsafe partial class CodeArena : IDisposable
{
    private const int ProtRead = 1;
    private const int ProtWrite = 2;
    private const int ProtExecute = 4;
    private const int MapShared = 1;
    private const uint CloseOnExec = 1;
    private const nint Failed = -1;

    private nint _writable;
    private nint _executable;

    private CodeArena(nint writable, nint executable, int size)
    {
        _writable = writable;
        _executable = executable;
        Size = size;
    }

    /// <summary>Frees what nobody disposed.</summary>
    ~CodeArena() => Release();

    /// <summary>Bytes.</summary>
    public int Size { get; }

    /// <summary>The view to write through.</summary>
    public byte* Writable => (byte*)_writable;

    /// <summary>The same bytes, executable.</summary>
    public nint Executable => _executable;

    /// <summary>Whether this host has such memory.</summary>
    [SupportedOSPlatformGuard("linux")]
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>Maps code memory.</summary>
    /// <exception cref="OutOfMemoryException">The host refuses.</exception>
    /// <exception cref="PlatformNotSupportedException">Not a Linux host.</exception>
    public static CodeArena Create(int bytes)
    {
        if (!IsSupported)
            throw new PlatformNotSupportedException("generated code needs Linux");
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
                return new CodeArena(writable, executable, bytes);
            int error = Marshal.GetLastPInvokeError();
            Unmap(writable, (nuint)bytes);
            throw new OutOfMemoryException($"mmap of executable memory failed, errno {error}");
        }
        finally
        {
            Close(file);
        }
    }

    /// <summary>Gives the memory back. Nothing may execute in it any more.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        nint writable = Interlocked.Exchange(ref _writable, 0);
        if (writable == 0)
            return;
        // SAFETY: both views were mapped with this size; the owner stopped using them.
        Unmap(writable, (nuint)Size);
        Unmap(_executable, (nuint)Size);
        _executable = 0;
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
