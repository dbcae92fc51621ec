using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.Ir;

/// <summary>How a block ends.</summary>
internal enum BlockExit : byte
{
    /// <summary>Execution goes on behind it.</summary>
    FallsThrough,

    /// <summary>A conditional branch.</summary>
    Branch,

    /// <summary>A jump or call to a known address.</summary>
    Jump,

    /// <summary>A jump through a register.</summary>
    JumpIndirect,

    /// <summary>A memory fence, after which requests are looked at; then as FallsThrough.</summary>
    Fence,

    /// <summary>Before an instruction that generated code does not execute.</summary>
    Interpreter,
}

/// <summary>The comparison of a branch.</summary>
internal enum Comparison : byte
{
#pragma warning disable CS1591 // The names are those of the conditions.
    Equal, NotEqual, Less, GreaterEqual, LessUnsigned, GreaterEqualUnsigned,
#pragma warning restore CS1591
}

/// <summary>A basic block of a region.</summary>
internal sealed class Block
{
    /// <summary>No such block in the region.</summary>
    public const int None = -1;

    /// <summary>Where it starts in the page.</summary>
    public required int Start { get; init; }

    /// <summary>What it does, without the instruction that ends it.</summary>
    public List<MicroOp> Ops { get; } = [];

    /// <summary>Instructions that it retires, the last included.</summary>
    public int Instructions { get; set; }

    /// <summary>Those of them that access memory.</summary>
    public int Accesses { get; set; }

    /// <summary>How it ends.</summary>
    public BlockExit Exit { get; set; }

    /// <summary>The comparison of a branch.</summary>
    public Comparison Comparison { get; set; }

    /// <summary>The last instruction: operands of a branch; base and link of a jump.</summary>
    public MicroOp Last { get; set; }

    /// <summary>The address that a branch or jump goes to.</summary>
    public ulong TakenAddress { get; set; }

    /// <summary>The address behind the block.</summary>
    public ulong NextAddress { get; set; }

    /// <summary>The block at <see cref="TakenAddress"/>, if it is in the region.</summary>
    public int Taken { get; set; } = None;

    /// <summary>The block at <see cref="NextAddress"/>, if it is in the region and reached from this one.</summary>
    public int Next { get; set; } = None;

    /// <summary>The block at <see cref="NextAddress"/>, if it is in the region and a call comes back there.</summary>
    public int Behind { get; set; } = None;

    /// <summary>The block that a call goes to without leaving the region; it comes back to <see cref="Behind"/>.</summary>
    public int Callee { get; set; } = None;

    /// <summary>
    /// The blocks of the region that the indirect jump or call at its end was seen to go to, by ascending start. Another target leaves the region.
    /// </summary>
    public int[] Targets { get; set; } = [];

    /// <summary>Whether it ends with a call that may stay in the region.</summary>
    public bool CallsInside => Callee != None || (Targets.Length > 0 && Exit == BlockExit.JumpIndirect && IsCall);

    /// <summary>Whether it ends with a call (unprivileged specification, section 2.5.1): it comes back in all likelihood.</summary>
    public bool IsCall => Exit is BlockExit.Jump or BlockExit.JumpIndirect && IsLink(Last.Rd);

    /// <summary>Whether it ends with a return.</summary>
    public bool IsReturn => Exit == BlockExit.JumpIndirect && Last.Rd == RegisterFile.Discard && IsLink(Last.Ra);

    /// <summary>Reached from outside the region.</summary>
    public bool IsEntry { get; set; }

    /// <summary>Reached from a block that does not lie before it: every loop has such a block.</summary>
    public bool IsLoopHeader { get; set; }

    /// <summary>Ends with FENCE.I.</summary>
    public bool SynchronizesCode { get; set; }

    /// <summary>Reached after a fence.</summary>
    public bool FollowsFence { get; set; }

    /// <summary>Asks whether the budget lasts for <see cref="Ahead"/>; see <see cref="BudgetChecks"/>.</summary>
    public bool ChecksBudget { get; set; }

    /// <summary>The most instructions from its start to the next block that asks.</summary>
    public int Ahead { get; set; }

    /// <summary>The floating-point unit is on and rounds to nearest at its start; see <see cref="FloatGuards"/>.</summary>
    public bool FloatReady { get; set; }

    /// <summary>Loops around it.</summary>
    public int Depth { get; set; }

    /// <summary>Registers that may differ from memory at its start.</summary>
    public ulong DirtyIn { get; set; }

    /// <summary>Integer registers that hold addresses which go anywhere; see <see cref="AddressTrends"/>.</summary>
    public uint RandomIn { get; set; }

    /// <summary>Registers whose values are needed at its start.</summary>
    public ulong LiveIn { get; set; }

    /// <summary>Whether a register holds return addresses by convention.</summary>
    public static bool IsLink(int register) => register is 1 or 5;
}

/// <summary>Blocks of one page that are compiled together.</summary>
/// <param name="VirtualPage">The address of the page.</param>
/// <param name="Blocks">By ascending start.</param>
/// <param name="IsHot">Whether much time is spent there; else it is a quick translation.</param>
internal sealed record Region(ulong VirtualPage, IReadOnlyList<Block> Blocks, bool IsHot)
{
    /// <summary>Whether calls stay in the region: then returns do, too, if they come back to one of those.</summary>
    public bool HasInnerCalls { get; } = Blocks.Any(block => block.CallsInside);

    /// <summary>Guest instructions.</summary>
    public int Instructions => Blocks.Sum(block => block.Instructions);
}
