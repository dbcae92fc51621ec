namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>What a piece of a region's code is for.</summary>
internal enum MarkKind
{
    /// <summary>The start of a block: budget and requests.</summary>
    Block,

    /// <summary>An operation of a block.</summary>
    Operation,

    /// <summary>The end of a block.</summary>
    End,

    /// <summary>A way in: loads registers and jumps to a block.</summary>
    Entry,

    /// <summary>Out of line.</summary>
    Detour,

    /// <summary>Tables of indirect jumps: no code.</summary>
    Table,
}

/// <summary>Where a piece of a region's code starts; it ends where the next one starts.</summary>
/// <param name="Position">Its start.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Number">The number of its block or detour.</param>
/// <param name="Operation">The number of the operation in its block.</param>
internal readonly record struct EmissionMark(int Position, MarkKind Kind, int Number, int Operation = 0);
