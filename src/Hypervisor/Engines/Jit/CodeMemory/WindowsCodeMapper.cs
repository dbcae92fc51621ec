using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Trapline.Hypervisor.Engines.Jit.CodeMemory;

/// <summary>
/// One section of the paging file mapped twice. The section allows both kinds of access, each view only one of them. Its size counts against
/// the system's commit limit at once, its pages appear when first written.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed partial class WindowsCodeMapper : ICodeMapper
{
    private const nint PagingFile = -1;
    private const uint PageExecuteReadWrite = 0x40;
    private const uint FileMapWrite = 0x02;
    private const uint FileMapRead = 0x04;
    private const uint FileMapExecute = 0x20;

    public (nint Writable, nint Executable) Map(int bytes)
    {
        nint section = CreateFileMapping(PagingFile, 0, PageExecuteReadWrite, 0, (uint)bytes, null);
        if (section == 0)
            throw new OutOfMemoryException($"CreateFileMapping of code memory failed, error {Marshal.GetLastPInvokeError()}");
        try
        {
            nint writable = MapViewOfFile(section, FileMapRead | FileMapWrite, 0, 0, (nuint)bytes);
            if (writable == 0)
                throw new OutOfMemoryException($"MapViewOfFile of code memory failed, error {Marshal.GetLastPInvokeError()}");
            nint executable = MapViewOfFile(section, FileMapRead | FileMapExecute, 0, 0, (nuint)bytes);
            if (executable != 0)
                return (writable, executable);
            int error = Marshal.GetLastPInvokeError();
            UnmapViewOfFile(writable);
            throw new OutOfMemoryException($"MapViewOfFile of executable memory failed, error {error}");
        }
        finally
        {
            // The views keep the section.
            CloseHandle(section);
        }
    }

    public void Unmap(nint writable, nint executable, int bytes)
    {
        UnmapViewOfFile(writable);
        UnmapViewOfFile(executable);
    }

    [LibraryImport("kernel32", EntryPoint = "CreateFileMappingW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint CreateFileMapping(nint file, nint security, uint protection, uint sizeHigh, uint sizeLow, string? name);

    [LibraryImport("kernel32", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint MapViewOfFile(nint section, uint access, uint offsetHigh, uint offsetLow, nuint bytes);

    [LibraryImport("kernel32", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool UnmapViewOfFile(nint address);

    [LibraryImport("kernel32", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CloseHandle(nint handle);
}
