using Microsoft.Win32.SafeHandles;

namespace Trapline.Hypervisor.Storage;

/// <summary>Reads that are whole or fail: the system may return less than was asked for.</summary>
internal static class WholeRead
{
    /// <summary>Fills a span from an offset on. False if the file ends before.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static bool TryFill(SafeFileHandle file, Span<byte> destination, long offset)
    {
        while (!destination.IsEmpty)
        {
            var read = RandomAccess.Read(file, destination, offset);
            if (read <= 0)
                return false;
            destination = destination[read..];
            offset += read;
        }

        return true;
    }
}
