using Microsoft.Win32.SafeHandles;

namespace Trapline.Hypervisor.Memory;

/// <summary>
/// Where large blocks of host memory come from. Blocks start at an address that is a multiple of <see cref="Page.Size"/>, read as
/// zero until written, and cost host memory only where touched (as far as the host can do that).
/// </summary>
public interface IHostMemory
{
    /// <summary>Reserves zero-filled memory.</summary>
    /// <param name="bytes">Size; more than zero.</param>
    /// <returns>The host address of the first byte.</returns>
    /// <exception cref="OutOfMemoryException">The host refuses.</exception>
    nint Allocate(nuint bytes);

    /// <summary>
    /// Maps part of a file so that writes stay private to the mapping (copy-on-write); a host that cannot map reads the file.
    /// </summary>
    /// <param name="file">The open file; may be closed afterwards.</param>
    /// <param name="offset">Where the part starts: a multiple of <see cref="Page.Size"/>.</param>
    /// <param name="bytes">Its size; the file must hold all of it.</param>
    /// <exception cref="IOException">The file is too short or cannot be mapped.</exception>
    nint MapCopyOnWrite(SafeFileHandle file, long offset, nuint bytes);

    /// <summary>Gives a block back that this object returned.</summary>
    void Free(nint address, nuint bytes);
}

/// <summary>Selects how this host provides memory.</summary>
public static class HostMemory
{
    /// <summary>Lazy mappings on Linux, the .NET native heap elsewhere.</summary>
    public static IHostMemory Default { get; } = OperatingSystem.IsLinux() ? new LinuxHostMemory() : new PortableHostMemory();
}
