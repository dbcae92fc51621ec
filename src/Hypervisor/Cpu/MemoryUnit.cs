using System.Buffers.Binary;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Cpu;

/// <summary>
/// Loads, stores and AMOs that the software TLB could not serve: translation, misaligned accesses (they work, in RAM, also across
/// pages), writes to watched pages, device accesses, faults. Before a call <see cref="HartState.Pc"/>,
/// <see cref="VmExit.Instruction"/> and <see cref="VmExit.InstructionLength"/> describe the instruction.
/// </summary>
public sealed class MemoryUnit
{
    private readonly Hart _hart;

    internal MemoryUnit(Hart hart) => _hart = hart;

    private GuestRam Ram => _hart.Ram;

    /// <summary>Loads into a register.</summary>
    /// <param name="va">Virtual address.</param>
    /// <param name="size">1, 2, 4 or 8 bytes.</param>
    /// <param name="kind">How the value enters the register.</param>
    /// <param name="register">The register, or <see cref="RegisterFile.Discard"/>.</param>
    public Outcome Load(ulong va, int size, LoadKind kind, int register)
    {
        if (IsWatched(va, size, write: false))
            return _hart.StopForDebugger(DebugStop.ReadWatchpoint, va);
        int inPage = Math.Min(size, Page.Size - (int)(va & Page.OffsetMask));
        if (IsMisaligned(va, size) && inPage == size && _hart.State.Tlb.TryLocateToRead<byte>(va, out nint host))
        {
            _hart.Deposit(Assemble(SpanAt(host, size), []), size, kind, register);
            return Outcome.Retired;
        }
        if (!_hart.Mmu.TryTranslate(va, (ulong)inPage, MemoryAccess.Load, out Gpa first, out TrapCause cause))
            return _hart.RaiseException(cause, va);
        if (inPage < size)
            return LoadAcrossPages(va, first, size, kind, register);
        if (!Ram.TryGetReadOnlySpan(first, size, out ReadOnlySpan<byte> bytes))
            return DeviceRead(va, first, size, kind, register);
        _hart.Mmu.Install(MemoryAccess.Load, va, first);
        ulong value = IsMisaligned(va, size) ? Assemble(bytes, [])
            : size switch
            {
                1 => bytes[0],
                2 => Volatile.Read(ref Ram.ValueAt<ushort>(first)),
                4 => Volatile.Read(ref Ram.ValueAt<uint>(first)),
                _ => Volatile.Read(ref Ram.ValueAt<ulong>(first)),
            };
        _hart.Deposit(value, size, kind, register);
        return Outcome.Retired;
    }

    /// <summary>Stores the low bytes of a value.</summary>
    public Outcome Store(ulong va, int size, ulong value)
    {
        if (IsWatched(va, size, write: true))
            return _hart.StopForDebugger(DebugStop.WriteWatchpoint, va);
        int inPage = Math.Min(size, Page.Size - (int)(va & Page.OffsetMask));
        if (IsMisaligned(va, size) && inPage == size && _hart.State.Tlb.TryLocate<byte>(va, out nint host))
        {
            Scatter(value, SpanAt(host, size), []);
            return Outcome.Retired;
        }
        if (!_hart.Mmu.TryTranslate(va, (ulong)inPage, MemoryAccess.Store, out Gpa first, out TrapCause cause))
            return _hart.RaiseException(cause, va);
        if (inPage < size)
            return StoreAcrossPages(va, first, size, value);
        if (!Ram.Contains(first, (ulong)size))
            return DeviceWrite(va, first, size, value);
        if (IsMisaligned(va, size))
            Scatter(value, Ram.SpanAt(first, size), []);
        else if (size == 1)
            Ram.ValueAt<byte>(first) = (byte)value;
        else if (size == 2)
            Volatile.Write(ref Ram.ValueAt<ushort>(first), (ushort)value);
        else if (size == 4)
            Volatile.Write(ref Ram.ValueAt<uint>(first), (uint)value);
        else
            Volatile.Write(ref Ram.ValueAt<ulong>(first), value);
        Ram.NoteWritten(Ram.PageIndex(first));
        _hart.Mmu.Install(MemoryAccess.Store, va, first);
        return Outcome.Retired;
    }

    /// <summary>
    /// Finds the RAM behind an atomic access. Not retired: it trapped, since atomics need alignment, and no device supports them.
    /// </summary>
    /// <param name="va">Virtual address.</param>
    /// <param name="size">4 or 8 bytes.</param>
    /// <param name="access">Load for LR, else store.</param>
    /// <param name="host">The host address of the value.</param>
    public Outcome LocateAtomic(ulong va, int size, MemoryAccess access, out nint host)
    {
        host = 0;
        if (IsWatched(va, size, access == MemoryAccess.Store))
            return _hart.StopForDebugger(access == MemoryAccess.Store ? DebugStop.WriteWatchpoint : DebugStop.ReadWatchpoint, va);
        if ((va & (ulong)(size - 1)) != 0)
        {
            return _hart.RaiseException(
                access == MemoryAccess.Load ? TrapCause.LoadAddressMisaligned : TrapCause.StoreAddressMisaligned, va);
        }
        if (!_hart.Mmu.TryTranslate(va, (ulong)size, access, out Gpa physical, out TrapCause cause))
            return _hart.RaiseException(cause, va);
        if (!Ram.Contains(physical, (ulong)size))
            return _hart.RaiseException(Mmu.AccessFaultOf(access), va);
        _hart.Mmu.Install(access, va, physical);
        host = Ram.HostAddress + (nint)(physical.Value - GuestRam.Base.Value);
        return Outcome.Retired;
    }

    /// <summary>To be called after an atomic write through <see cref="LocateAtomic"/>, with the address that it found.</summary>
    public void NoteAtomicWrite(nint host) => Ram.NoteWritten((int)((host - Ram.HostAddress) >> Page.Shift));

    // Its page may well be known to the TLB, which only serves aligned ones.
    private static bool IsMisaligned(ulong va, int size) => (va & (ulong)(size - 1)) != 0;

    private Span<byte> SpanAt(nint host, int size) => Ram.SpanAt(GuestRam.Base + (ulong)(host - Ram.HostAddress), size);

    private static ulong Assemble(ReadOnlySpan<byte> low, ReadOnlySpan<byte> high)
    {
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        low.CopyTo(bytes);
        high.CopyTo(bytes[low.Length..]);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    private static void Scatter(ulong value, Span<byte> low, Span<byte> high)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        bytes[..low.Length].CopyTo(low);
        bytes.Slice(low.Length, high.Length).CopyTo(high);
    }

    private bool IsWatched(ulong va, int size, bool write) => _hart.Debug?.Watches(va, size, write) == true;

    private Outcome LoadAcrossPages(ulong va, Gpa first, int size, LoadKind kind, int register)
    {
        ulong secondVa = (va | Page.OffsetMask) + 1;
        int lowBytes = (int)(secondVa - va);
        if (!_hart.Mmu.TryTranslate(secondVa, (ulong)(size - lowBytes), MemoryAccess.Load, out Gpa second, out TrapCause cause))
            return _hart.RaiseException(cause, secondVa);
        if (!Ram.TryGetReadOnlySpan(first, lowBytes, out ReadOnlySpan<byte> low) ||
            !Ram.TryGetReadOnlySpan(second, size - lowBytes, out ReadOnlySpan<byte> high))
        {
            return _hart.RaiseException(TrapCause.LoadAccessFault, va);
        }
        _hart.Deposit(Assemble(low, high), size, kind, register);
        return Outcome.Retired;
    }

    private Outcome StoreAcrossPages(ulong va, Gpa first, int size, ulong value)
    {
        ulong secondVa = (va | Page.OffsetMask) + 1;
        int lowBytes = (int)(secondVa - va);
        if (!_hart.Mmu.TryTranslate(secondVa, (ulong)(size - lowBytes), MemoryAccess.Store, out Gpa second, out TrapCause cause))
            return _hart.RaiseException(cause, secondVa);
        if (!Ram.Contains(first, (ulong)lowBytes) || !Ram.Contains(second, (ulong)(size - lowBytes)))
            return _hart.RaiseException(TrapCause.StoreAccessFault, va);
        Scatter(value, Ram.SpanAt(first, lowBytes), Ram.SpanAt(second, size - lowBytes));
        Ram.NoteWritten(Ram.PageIndex(first));
        Ram.NoteWritten(Ram.PageIndex(second));
        return Outcome.Retired;
    }

    // Registers of devices are read and written whole: a misaligned access is a fault.
    private bool DeviceAnswers(Gpa address, int size)
        => (address.Value & (ulong)(size - 1)) == 0 && _hart.Bus.TryFind(address, size, out _, out _);

    private Outcome DeviceRead(ulong va, Gpa address, int size, LoadKind kind, int register)
    {
        if (!DeviceAnswers(address, size))
            return _hart.RaiseException(TrapCause.LoadAccessFault, va);
        ref VmExit exit = ref _hart.Exit;
        exit.Reason = ExitReason.DeviceRead;
        exit.Address = address;
        exit.Size = (byte)size;
        exit.Load = kind;
        exit.Register = (byte)register;
        return Outcome.Exit;
    }

    private Outcome DeviceWrite(ulong va, Gpa address, int size, ulong value)
    {
        if (!DeviceAnswers(address, size))
            return _hart.RaiseException(TrapCause.StoreAccessFault, va);
        ref VmExit exit = ref _hart.Exit;
        exit.Reason = ExitReason.DeviceWrite;
        exit.Address = address;
        exit.Size = (byte)size;
        exit.Value = value & (ulong.MaxValue >> (64 - (8 * size)));
        return Outcome.Exit;
    }
}
