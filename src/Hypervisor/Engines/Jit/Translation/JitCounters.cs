using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines.Jit.Ir;
using Trapline.Hypervisor.Engines.Jit.X64;

namespace Trapline.Hypervisor.Engines.Jit.Translation;

/// <summary>What the translator has done for a hart. Written by the hart's thread; others may read slightly old values.</summary>
public sealed class JitCounters
{
    private readonly long[] _exits = new long[ExitNames.Count];

    /// <summary>Why generated code is left, by number.</summary>
    public static IReadOnlyList<string> ExitNames { get; } = Enum.GetNames<NativeExit>();

    /// <summary>Quick translations made.</summary>
    public long QuickTranslations { get; private set; }

    /// <summary>Regions made.</summary>
    public long Regions { get; private set; }

    /// <summary>Their blocks.</summary>
    public long Blocks { get; private set; }

    /// <summary>Their guest instructions.</summary>
    public long Instructions { get; private set; }

    /// <summary>Bytes of host code made.</summary>
    public long Bytes { get; private set; }

    /// <summary>Time spent translating.</summary>
    public TimeSpan Time { get; private set; }

    /// <summary>What of it was spent on regions.</summary>
    public TimeSpan RegionTime { get; private set; }

    /// <summary>Pages dropped because they were written.</summary>
    public long DroppedPages { get; internal set; }

    /// <summary>Times that code memory was full and everything was dropped.</summary>
    public long Flushes { get; internal set; }

    /// <summary>Indirect jumps and calls whose targets were compiled together with them.</summary>
    public long TargetTables { get; private set; }

    /// <summary>Indirect jumps and calls that were given an inline cache.</summary>
    public long Caches { get; private set; }

    /// <summary>Times that an inline cache was set to a target.</summary>
    public long CachesSet { get; internal set; }

    /// <summary>Times that generated code was entered.</summary>
    public long Entries { get; internal set; }

    /// <summary>Blocks that were interpreted.</summary>
    public long ColdBlocks { get; internal set; }

    /// <summary>Times that code was known and the jump table did not hold it.</summary>
    public long TableMisses { get; internal set; }

    /// <summary>Times that an entry of the jump table took the place of another one that counted.</summary>
    public long TableEvictions { get; internal set; }

    /// <summary>Which instructions generated code left to the interpreter, one by one.</summary>
    public CallCounts Calls { get; } = new();

    /// <summary>All of them.</summary>
    public long Callbacks => Calls.Total;

    /// <summary>Those of them that access memory: addresses that no level of the TLB knew, misaligned ones, devices, pages that are watched.</summary>
    public long SlowAccesses => Calls.Accesses;

    /// <summary>Times that the second level of the TLB helped, in generated code.</summary>
    public long Refills { get; internal set; }

    /// <summary>Accesses of generated code to memory that the first level of the TLB did not serve.</summary>
    public long Misses => Refills + SlowAccesses;

    /// <summary>
    /// Accesses of generated code to memory, estimated: what the block that a sample finds does, for all instructions since the sample before.
    /// </summary>
    public double Accesses { get; private set; }

    /// <summary>Times that generated code was left for a reason of <see cref="ExitNames"/>.</summary>
    public long ExitsOf(int number) => Volatile.Read(ref _exits[number]);

    internal void Sampled(ulong instructions, int ofBlock, int accessesOfBlock)
    {
        if (ofBlock != 0)
            Accesses += (double)instructions * accessesOfBlock / ofBlock;
    }

    internal void Count(NativeExit exit) => _exits[(int)exit]++;

    internal void Translated(Region region, bool isRegion, int bytes, TimeSpan time)
    {
        if (isRegion)
        {
            Regions++;
            TargetTables += region.Blocks.Count(block => block.Targets.Length > 0);
            Caches += region.Blocks.Count(block => block.Exit == BlockExit.JumpIndirect && !block.IsReturn);
            RegionTime += time;
        }
        else
        {
            QuickTranslations++;
        }
        Blocks += region.Blocks.Count;
        Instructions += region.Instructions;
        Bytes += bytes;
        Time += time;
    }
}

/// <summary>A hart with what was done for it.</summary>
/// <param name="Hart">The hart.</param>
/// <param name="Counters">What was done.</param>
/// <param name="CodeBytes">Code memory that it uses.</param>
/// <param name="CodeBytesHeld">The most that it used: the host's memory for that is kept when code is dropped.</param>
/// <param name="CodeBytesLimit">Code memory that it may use.</param>
public sealed record HartCounters(Hart Hart, JitCounters Counters, int CodeBytes, int CodeBytesHeld, int CodeBytesLimit);
