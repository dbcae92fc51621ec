using System.Buffers.Binary;
using System.Numerics;

namespace Trapline.Hypervisor.Machine.Snapshots;

/// <summary>CRC-32C (RFC 3385), which processors compute in hardware: finds damage, not forgery.</summary>
internal static class Crc32C
{
    /// <summary>The checksum of a block.</summary>
    public static uint Of(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        for (; data.Length >= 8; data = data[8..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (var b in data)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
