using System.Buffers.Binary;
using System.Numerics;

namespace Trapline.Hypervisor.Storage;

/// <summary>CRC-32C (Castagnoli), as RFC 3720 appendix B.4 defines it, for overlays and snapshots: finds damage, not forgery.</summary>
internal static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
