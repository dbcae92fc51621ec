namespace Trapline.Hypervisor.Engines.Jit.CodeMemory;

/// <summary>How a host maps memory twice: once writable, once executable, never both.</summary>
internal interface ICodeMapper
{
    /// <summary>Maps zero-filled memory that costs nothing until written, as far as the host can do that.</summary>
    /// <param name="bytes">Size; a multiple of the page size.</param>
    /// <exception cref="OutOfMemoryException">The host refuses.</exception>
    (nint Writable, nint Executable) Map(int bytes);

    /// <summary>Gives both views back.</summary>
    void Unmap(nint writable, nint executable, int bytes);
}

/// <summary>Selects how this host does it.</summary>
internal static class CodeMapper
{
    /// <summary>A memory file on Linux, a section on Windows; null elsewhere, where the interpreter serves.</summary>
    public static ICodeMapper? OfThisHost { get; } = Select();

    private static ICodeMapper? Select()
    {
        if (OperatingSystem.IsLinux())
            return new LinuxCodeMapper();
        return OperatingSystem.IsWindows() ? new WindowsCodeMapper() : null;
    }
}
