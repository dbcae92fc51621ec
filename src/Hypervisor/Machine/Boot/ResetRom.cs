using System.Buffers.Binary;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Machine.Boot;

/// <summary>
/// The mask ROM at the reset vector: what it would execute on the real board, and the structure that OpenSBI's <c>fw_dynamic</c> wants
/// to find in a2 (OpenSBI, docs/firmware/fw_dynamic.md: six 64-bit words: magic, version, next address, next mode, options, boot hart). The machine
/// starts harts as if the code had run, because code is executed from RAM only; the words are read from here.
/// </summary>
internal sealed class ResetRom : IMmioDevice
{
    /// <summary>Where the structure stands in the ROM.</summary>
    public const ulong InfoOffset = 0x40;

    private const ulong DynamicInfoMagic = 0x4942_534f; // "OSBI"
    private const ulong DynamicInfoVersion = 2;
    private const ulong NextModeSupervisor = 1;

    private readonly byte[] _bytes = new byte[BoardMap.ResetRomSize];

    /// <summary>Fills the ROM.</summary>
    /// <param name="entry">Where the firmware starts.</param>
    /// <param name="deviceTree">Where the device tree lies.</param>
    /// <param name="payload">Where the firmware shall go on; 0 for nowhere.</param>
    public ResetRom(ulong entry, ulong deviceTree, ulong payload)
    {
        (Entry, DeviceTree, Payload) = (entry, deviceTree, payload);
        ReadOnlySpan<uint> code =
        [
            0x0000_0297, // auipc t0, 0
            0x0402_8613, // addi  a2, t0, InfoOffset
            0xf140_2573, // csrr  a0, mhartid
            0x0202_b583, // ld    a1, 32(t0)
            0x0182_b283, // ld    t0, 24(t0)
            0x0002_8067, // jr    t0
        ];
        for (var i = 0; i < code.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(i * 4), code[i]);
        ReadOnlySpan<ulong> words = [entry, deviceTree];
        for (var i = 0; i < words.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan(24 + (i * 8)), words[i]);
        ReadOnlySpan<ulong> info = [DynamicInfoMagic, DynamicInfoVersion, payload, NextModeSupervisor, 0, 0];
        for (var i = 0; i < info.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan((int)InfoOffset + (i * 8)), info[i]);
    }

    /// <summary>Where the firmware starts.</summary>
    public ulong Entry { get; }

    /// <summary>Where the device tree lies.</summary>
    public ulong DeviceTree { get; }

    /// <summary>Where the firmware goes on.</summary>
    public ulong Payload { get; }

    /// <inheritdoc/>
    public ulong Read(ulong offset, int size)
    {
        ulong value = 0;
        for (var i = 0; i < size && offset + (ulong)i < (ulong)_bytes.Length; i++)
            value |= (ulong)_bytes[offset + (ulong)i] << (8 * i);
        return value;
    }

    /// <inheritdoc/>
    public void Write(ulong offset, int size, ulong value)
    {
        // It is a ROM.
    }
}
