using System.Diagnostics.CodeAnalysis;

namespace Trapline.Hypervisor.Memory;

/// <summary>
/// The device side of the physical address space: which window belongs to which device. Windows are mapped while the machine is
/// built; look-ups come from any hart's thread. Every address, size and value from a guest is fair.
/// </summary>
public sealed class PhysicalBus
{
    private volatile Window[] _windows = [];

    /// <summary>The mapped windows by ascending address.</summary>
    public IReadOnlyList<Window> Windows => _windows;

    /// <summary>Maps a device's registers.</summary>
    /// <param name="start">First address.</param>
    /// <param name="length">Bytes; more than zero.</param>
    /// <param name="device">The device.</param>
    /// <exception cref="ArgumentException">The window wraps around or overlaps another one.</exception>
    public void Map(Gpa start, ulong length, IMmioDevice device)
    {
        if (length == 0 || start.Value + (length - 1) < start.Value)
            throw new ArgumentException($"a window at {start} of {length} bytes does not fit the address space", nameof(length));
        var window = new Window(start, length, device);
        foreach (Window other in _windows)
        {
            if (start.Value <= other.Last && other.Start.Value <= window.Last)
                throw new ArgumentException($"the window at {start} overlaps the one at {other.Start}", nameof(start));
        }
        _windows = [.. _windows.Append(window).OrderBy(w => w.Start.Value)];
    }

    /// <summary>Finds the device that answers to an access. False unless one window holds all of it.</summary>
    public bool TryFind(Gpa address, int size, [NotNullWhen(true)] out IMmioDevice? device, out ulong offset)
    {
        Window[] windows = _windows;
        int low = 0;
        int high = windows.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            ref readonly Window window = ref windows[middle];
            if (address.Value < window.Start.Value)
            {
                high = middle - 1;
            }
            else if (address.Value > window.Last)
            {
                low = middle + 1;
            }
            else
            {
                device = window.Device;
                offset = address.Value - window.Start.Value;
                return window.Length - offset >= (ulong)size;
            }
        }
        device = null;
        offset = 0;
        return false;
    }

    /// <summary>Reads a register. False when no device is there.</summary>
    public bool TryRead(Gpa address, int size, out ulong value)
    {
        bool found = TryFind(address, size, out IMmioDevice? device, out ulong offset);
        value = found ? device!.Read(offset, size) : 0;
        return found;
    }

    /// <summary>Writes a register. False when no device is there.</summary>
    public bool TryWrite(Gpa address, int size, ulong value)
    {
        if (!TryFind(address, size, out IMmioDevice? device, out ulong offset))
            return false;
        device.Write(offset, size, value);
        return true;
    }

    /// <summary>A device's place in the address space.</summary>
    /// <param name="Start">First address.</param>
    /// <param name="Length">Bytes.</param>
    /// <param name="Device">The device.</param>
    public readonly record struct Window(Gpa Start, ulong Length, IMmioDevice Device)
    {
        /// <summary>The last address of the window.</summary>
        public ulong Last => Start.Value + (Length - 1);
    }
}
