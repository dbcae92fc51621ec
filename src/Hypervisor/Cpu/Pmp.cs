using System.Numerics;

namespace Trapline.Hypervisor.Cpu;

/// <summary>Physical memory protection with 16 entries (privileged specification, section 3.7).</summary>
public sealed class Pmp
{
    /// <summary>Entries.</summary>
    public const int Entries = 16;

    private const byte Read = 1;
    private const byte Write = 2;
    private const byte Execute = 4;
    private const byte Locked = 0x80;
    private const int ModeShift = 3;
    private const ulong AddressMask = (1UL << 54) - 1;

    private readonly byte[] _configuration = new byte[Entries];
    private readonly ulong[] _address = new ulong[Entries];
    private readonly ulong[] _first = new ulong[Entries];
    private readonly ulong[] _last = new ulong[Entries];
    private int _active;
    private bool _anyLocked;

    private enum Mode
    {
        Off,
        TopOfRange,
        FourBytes,
        PowerOfTwo,
    }

    /// <summary>Reads <c>pmpcfg0</c> (index 0) or <c>pmpcfg2</c> (index 1).</summary>
    public ulong ReadConfiguration(int index) => BitConverter.ToUInt64(_configuration, index * 8);

    /// <summary>Reads a <c>pmpaddr</c>.</summary>
    public ulong ReadAddress(int index) => _address[index];

    /// <summary>Writes <c>pmpcfg0</c> (index 0) or <c>pmpcfg2</c> (index 1); locked entries stay.</summary>
    public void WriteConfiguration(int index, ulong value)
    {
        for (int i = 0; i < 8; i++)
        {
            int entry = (index * 8) + i;
            byte wanted = (byte)((value >> (8 * i)) & 0x9F);
            if ((_configuration[entry] & Locked) != 0)
                continue;
            // "The combination R=0 and W=1 is reserved": such a write keeps W clear.
            if ((wanted & (Read | Write)) == Write)
                wanted &= unchecked((byte)~Write);
            _configuration[entry] = wanted;
        }
        Rebuild();
    }

    /// <summary>Writes a <c>pmpaddr</c>, unless it or the top-of-range entry above it is locked.</summary>
    public void WriteAddress(int index, ulong value)
    {
        if ((_configuration[index] & Locked) != 0)
            return;
        if (index + 1 < Entries && (_configuration[index + 1] & Locked) != 0 && ModeOf(index + 1) == Mode.TopOfRange)
            return;
        _address[index] = value & AddressMask;
        Rebuild();
    }

    /// <summary>Whether an access is allowed: all of it must match the same entry.</summary>
    public bool Allows(ulong address, ulong size, MemoryAccess access, Privilege privilege)
    {
        if (privilege == Privilege.Machine && !_anyLocked)
            return true;
        ulong last = address + (size - 1);
        for (int entry = 0; entry < _active; entry++)
        {
            if (ModeOf(entry) == Mode.Off || _first[entry] > _last[entry] || last < _first[entry] || address > _last[entry])
                continue;
            if (address < _first[entry] || last > _last[entry])
                return false;
            byte configuration = _configuration[entry];
            if (privilege == Privilege.Machine && (configuration & Locked) == 0)
                return true;
            byte needed = access switch { MemoryAccess.Load => Read, MemoryAccess.Store => Write, _ => Execute };
            return (configuration & needed) != 0;
        }
        return privilege == Privilege.Machine;
    }

    /// <summary>Whether all bytes of a 4 KiB page are treated alike, so that a TLB entry may stand for them.</summary>
    public bool IsUniform(ulong page) => IsUniform(page, Memory.Page.Size);

    /// <summary>Whether all bytes of a range are treated alike.</summary>
    public bool IsUniform(ulong page, ulong bytes)
    {
        ulong last = page + (bytes - 1);
        for (int entry = 0; entry < _active; entry++)
        {
            if (ModeOf(entry) == Mode.Off || _first[entry] > _last[entry] || last < _first[entry] || page > _last[entry])
                continue;
            return page >= _first[entry] && last <= _last[entry];
        }
        return true;
    }

    /// <summary>Restores saved registers, locked or not.</summary>
    internal void Restore(ReadOnlySpan<byte> configuration, ReadOnlySpan<ulong> addresses)
    {
        configuration[..Entries].CopyTo(_configuration);
        addresses[..Entries].CopyTo(_address);
        Rebuild();
    }

    private Mode ModeOf(int entry) => (Mode)((_configuration[entry] >> ModeShift) & 3);

    private void Rebuild()
    {
        _active = 0;
        _anyLocked = false;
        for (int entry = 0; entry < Entries; entry++)
        {
            (_first[entry], _last[entry]) = RangeOf(entry);
            if (ModeOf(entry) == Mode.Off)
                continue;
            _active = entry + 1;
            _anyLocked |= (_configuration[entry] & Locked) != 0;
        }
    }

    // An empty range (TOR with top <= bottom) is returned with first > last.
    private (ulong First, ulong Last) RangeOf(int entry)
    {
        ulong address = _address[entry];
        switch (ModeOf(entry))
        {
            case Mode.TopOfRange:
                ulong bottom = entry == 0 ? 0 : _address[entry - 1] << 2;
                return address << 2 > bottom ? (bottom, (address << 2) - 1) : (1, 0);
            case Mode.FourBytes:
                return (address << 2, (address << 2) | 3);
            case Mode.PowerOfTwo:
                int ones = BitOperations.TrailingZeroCount(~address);
                if (ones >= 53)
                    return (0, ulong.MaxValue);
                ulong size = 8UL << ones;
                ulong start = (address & ~((1UL << ones) - 1)) << 2;
                return (start, start + (size - 1));
            default:
                return (1, 0);
        }
    }
}

/// <summary>Kinds of memory access.</summary>
public enum MemoryAccess
{
    /// <summary>A load, or LR.</summary>
    Load,

    /// <summary>A store, SC or AMO.</summary>
    Store,

    /// <summary>An instruction fetch.</summary>
    Fetch,
}
