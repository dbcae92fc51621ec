using System.Numerics;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Devices.Plic;

/// <summary>
/// The platform-level interrupt controller (RISC-V PLIC specification 1.0.0), with level-triggered sources only. Without locks;
/// <see cref="PlicDevice"/> serializes. A source goes round:
/// <code>
///        wire high                 claim                       complete, wire low
///   idle ---------> pending --------------> in service ---------------------------> idle
///                     ^                          |  complete, wire still high
///                     +--------------------------+
/// </code>
/// As chapter 8 (gateways) says, a request once pending stays so when its wire falls, and the handler finds nothing to do.
/// Each bit map is two 64-bit words, so that the usual answer, "nothing for this context", costs two ANDs.
/// </summary>
public sealed class PlicChip
{
    /// <summary>The highest source number, as <c>riscv,ndev</c> of QEMU's <c>virt</c> board.</summary>
    public const int LastSource = 96;

    private const int MaxPriority = 7;
    private const int Words = (LastSource / 64) + 1;

    private const ulong PendingBase = 0x1000;
    private const ulong EnableBase = 0x2000;
    private const ulong EnableStride = 0x80;
    private const ulong ContextBase = 0x20_0000;
    private const ulong ContextStride = 0x1000;

    private readonly byte[] _priorities = new byte[LastSource + 1];
    private readonly ulong[] _levels = new ulong[Words];
    private readonly ulong[] _pending = new ulong[Words];
    private readonly ulong[] _inService = new ulong[Words];
    private readonly Context[] _contexts;

    /// <summary>Makes the chip at reset, or as it was saved, and drives its outputs accordingly.</summary>
    /// <param name="outputs">The wire of each context, in the order of <c>interrupts-extended</c>.</param>
    /// <param name="state">A saved chip.</param>
    public PlicChip(IReadOnlyList<IInterruptLine> outputs, PlicStateV1? state = null)
    {
        _contexts = [.. outputs.Select(line => new Context(line))];
        if (state is not null)
            Restore(state);
        foreach (var context in _contexts)
            context.Output.Set(context.Level);
    }

    /// <summary>Drives the wire of a source.</summary>
    public void SetLevel(int source, bool level)
    {
        if (source is < 1 or > LastSource)
            return;
        var (word, bit) = Place(source);
        if (((_levels[word] & bit) != 0) == level)
            return;
        _levels[word] ^= bit;
        if (level && (_inService[word] & bit) == 0)
        {
            _pending[word] |= bit;
            UpdateOutputs();
        }
    }

    /// <summary>Reads a register; only 32-bit accesses are defined (chapter 3).</summary>
    public ulong Read(ulong offset, int size)
    {
        if (size != 4 || offset % 4 != 0)
            return 0;
        switch (offset)
        {
            case < PendingBase:
                return offset / 4 <= LastSource ? _priorities[offset / 4] : 0UL;
            case < EnableBase:
                return Half(_pending, (offset - PendingBase) / 4);
            case < ContextBase:
                var index = (offset - EnableBase) / EnableStride;
                return index < (ulong)_contexts.Length ? Half(_contexts[index].Enabled, offset % EnableStride / 4) : 0;
            default:
                var number = (offset - ContextBase) / ContextStride;
                if (number >= (ulong)_contexts.Length)
                    return 0;
                return (offset % ContextStride) switch
                {
                    0 => _contexts[number].Threshold,
                    4 => (ulong)Claim(_contexts[number]),
                    _ => 0,
                };
        }
    }

    /// <summary>Writes a register; only 32-bit accesses are defined.</summary>
    public void Write(ulong offset, int size, ulong value)
    {
        if (size != 4 || offset % 4 != 0)
            return;
        switch (offset)
        {
            case < PendingBase:
                if (offset / 4 is >= 1 and <= LastSource)
                    _priorities[offset / 4] = (byte)(value & MaxPriority);
                break;
            case < EnableBase:
                return; // pending bits are read-only (chapter 5)
            case < ContextBase:
                var index = (offset - EnableBase) / EnableStride;
                if (index >= (ulong)_contexts.Length)
                    return;
                SetHalf(_contexts[index].Enabled, offset % EnableStride / 4, (uint)value);
                break;
            default:
                var number = (offset - ContextBase) / ContextStride;
                if (number >= (ulong)_contexts.Length)
                    return;
                if (offset % ContextStride == 0)
                    _contexts[number].Threshold = (byte)(value & MaxPriority);
                else if (offset % ContextStride == 4)
                    Complete(_contexts[number], value);
                break;
        }

        UpdateOutputs();
    }

    /// <summary>The chip as it stands.</summary>
    public PlicStateV1 Save() => new(
        [.. _priorities], [.. _levels], [.. _pending], [.. _inService],
        [.. _contexts.Select(c => new PlicContextStateV1(c.Threshold, [.. c.Enabled]))]);

    /// <summary>
    /// Takes the most urgent pending source that the context hears: highest priority, then lowest number. The threshold does not
    /// matter here (chapter 9); priority 0 means "never".
    /// </summary>
    private int Claim(Context context)
    {
        var source = MostUrgent(context, above: 0);
        if (source == 0)
            return 0;
        var (word, bit) = Place(source);
        _pending[word] &= ~bit;
        _inService[word] |= bit;
        UpdateOutputs();
        return source;
    }

    /// <summary>Whether a context hears any source at all.</summary>
    public bool Hears(int context) => _contexts[context].Enabled.Any(word => word != 0);

    /// <summary>A completion of a source that the context does not hear is ignored (chapter 10).</summary>
    private void Complete(Context context, ulong source)
    {
        if (source is < 1 or > LastSource)
            return;
        var (word, bit) = Place((int)source);
        if ((context.Enabled[word] & _inService[word] & bit) == 0)
            return;
        _inService[word] &= ~bit;
        _pending[word] |= _levels[word] & bit;
    }

    private void UpdateOutputs()
    {
        foreach (var context in _contexts)
        {
            var level = MostUrgent(context, context.Threshold) != 0;
            if (level == context.Level)
                continue;
            context.Level = level;
            context.Output.Set(level);
        }
    }

    private int MostUrgent(Context context, int above)
    {
        var best = 0;
        for (var word = 0; word < Words; word++)
        {
            for (var candidates = _pending[word] & context.Enabled[word]; candidates != 0; candidates &= candidates - 1)
            {
                var source = (word * 64) + BitOperations.TrailingZeroCount(candidates);
                if (_priorities[source] <= above)
                    continue;
                above = _priorities[source];
                best = source;
            }
        }

        return best;
    }

    private void Restore(PlicStateV1 state)
    {
        Copy(state.Priorities, _priorities);
        Copy(state.Levels, _levels);
        Copy(state.Pending, _pending);
        Copy(state.InService, _inService);
        for (var i = 0; i < Math.Min(_contexts.Length, state.Contexts.Length); i++)
        {
            _contexts[i].Threshold = state.Contexts[i].Threshold;
            Copy(state.Contexts[i].Enabled, _contexts[i].Enabled);
        }

        foreach (var context in _contexts)
            context.Level = MostUrgent(context, context.Threshold) != 0;
    }

    private static void Copy<T>(T[] from, T[] to) => from.AsSpan(0, Math.Min(from.Length, to.Length)).CopyTo(to);

    private static (int Word, ulong Bit) Place(int source) => (source / 64, 1UL << (source % 64));

    private static ulong Half(ulong[] map, ulong index) =>
        index / 2 < Words ? (uint)(map[index / 2] >> (int)(index % 2 * 32)) : 0;

    private static void SetHalf(ulong[] map, ulong index, uint value)
    {
        if (index / 2 >= Words)
            return;
        var shift = (int)(index % 2 * 32);
        var word = (map[index / 2] & ~(0xffff_ffffUL << shift)) | ((ulong)value << shift);
        map[index / 2] = word & Existing((int)(index / 2));
    }

    /// <summary>The bits of sources that exist; source 0 does not, and its enable bit reads 0.</summary>
    private static ulong Existing(int word)
    {
        var count = Math.Min(64, LastSource + 1 - (word * 64));
        var mask = count == 64 ? ulong.MaxValue : (1UL << count) - 1;
        return word == 0 ? mask & ~1UL : mask;
    }

    private sealed class Context(IInterruptLine output)
    {
        public IInterruptLine Output { get; } = output;

        public ulong[] Enabled { get; } = new ulong[Words];

        public byte Threshold { get; set; }

        public bool Level { get; set; }
    }
}
