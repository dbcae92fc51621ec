using Trapline.Hypervisor.Engines.Jit.Ir;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// The last indirect jumps and calls of quick translations, as a ring that generated code writes, behind the <see cref="JumpTable"/>: 16 bytes each,
/// the target and the lower half of the address of the jump. A region is made of code that was executed just before, so its jumps are in it.
/// </summary>
internal static unsafe class NotedJumps
{
    /// <summary>Bytes of an entry.</summary>
    public const int EntryBytes = 16;

    /// <summary>Where targets lie from the start of the jump table.</summary>
    public const int TargetOffset = JumpTable.Bytes;

    /// <summary>Where the addresses of jumps lie.</summary>
    public const int SiteOffset = TargetOffset + 8;

    /// <summary>Where the place of the next entry lies, in bytes from the first.</summary>
    public const int NextOffset = TargetOffset + (Count * EntryBytes);

    /// <summary>Keeps that place in the ring.</summary>
    public const int NextMask = (Count - 1) * EntryBytes;

    /// <summary>Bytes of all.</summary>
    public const int Bytes = (Count * EntryBytes) + 8;

    private const int Count = 256;

    /// <summary>Adds what was noted of a page.</summary>
    /// <param name="table">Where the jump table starts.</param>
    /// <param name="virtualPage">The page's address.</param>
    /// <param name="learned">What is known of the page.</param>
    public static void Read(nint table, ulong virtualPage, LearnedTargets learned)
    {
        for (int k = 0; k < Count; k++)
        {
            // SAFETY: the ring lies behind the table, in the same block.
            ulong target = *(ulong*)(table + TargetOffset + (k * EntryBytes));
            uint site = *(uint*)(table + SiteOffset + (k * EntryBytes));
            bool isInside = (target & ~Page.OffsetMask) == virtualPage && (site & ~(uint)Page.OffsetMask) == (uint)virtualPage;
            if (isInside && target != 0)
                learned.Add(virtualPage | (site & Page.OffsetMask), target);
        }
    }
}
