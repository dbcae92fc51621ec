namespace Trapline.Hypervisor.Memory;

/// <summary>
/// A device's face on the bus: a window of registers. Called from any hart's thread; the binding of each device takes the
/// device's own lock, so that chips stay free of locks. Accesses come from the guest and are hostile: any offset inside the
/// window, any size, any value, and neither method may throw.
/// </summary>
public interface IMmioDevice
{
    /// <summary>Reads a register.</summary>
    /// <param name="offset">Bytes from the start of the window.</param>
    /// <param name="size">1, 2, 4 or 8 bytes.</param>
    /// <returns>The value, zero-extended; a register that does not exist, or not at this size, reads 0.</returns>
    ulong Read(ulong offset, int size);

    /// <summary>Writes a register; a write that makes no sense is ignored.</summary>
    /// <param name="offset">Bytes from the start of the window.</param>
    /// <param name="size">1, 2, 4 or 8 bytes.</param>
    /// <param name="value">The value in its low <paramref name="size"/> bytes; the rest is zero.</param>
    void Write(ulong offset, int size, ulong value);
}

/// <summary>A level-triggered interrupt wire from a device to an interrupt controller, or from a controller to a hart.</summary>
public interface IInterruptLine
{
    /// <summary>Drives the wire. Any thread; setting the level that it already has does nothing.</summary>
    void Set(bool level);
}
