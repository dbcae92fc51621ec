using Trapline.Hypervisor.Engines.Jit.Ir;

namespace Trapline.Hypervisor.Engines.Jit.Translation;

/// <summary>What the translator has done for a hart. Written by the hart's thread; others may read slightly old values.</summary>
public sealed class JitCounters
{
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

    /// <summary>Pages dropped because they were written.</summary>
    public long DroppedPages { get; internal set; }

    /// <summary>Times that code memory was full and everything was dropped.</summary>
    public long Flushes { get; internal set; }

    /// <summary>Times that generated code was entered.</summary>
    public long Entries { get; internal set; }

    /// <summary>Blocks that were interpreted.</summary>
    public long ColdBlocks { get; internal set; }

    /// <summary>Instructions that generated code left to the interpreter, one by one.</summary>
    public long Callbacks { get; internal set; }

    internal void Translated(Region region, int bytes, TimeSpan time)
    {
        Regions++;
        Blocks += region.Blocks.Count;
        Instructions += region.Instructions;
        Bytes += bytes;
        Time += time;
    }
}
