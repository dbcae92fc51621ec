using System.Runtime.InteropServices;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.Ir;

/// <summary>
/// Collects the blocks that direct branches reach from an address without leaving its page, and those to which calls return. What is
/// near in steps comes first, so a small limit gives the blocks that are executed next.
/// </summary>
internal sealed class RegionBuilder
{
    /// <summary>The most instructions of any region.</summary>
    public const int InstructionLimit = 500;

    /// <summary>The most instructions of a block.</summary>
    public const int BlockLimit = 200;

    private const int Halves = Page.Size / 2;

    private readonly DecodedInstruction[] _decoded = new DecodedInstruction[Halves];
    private readonly bool[] _seen = new bool[Halves];
    private readonly bool[] _leader = new bool[Halves];
    private readonly bool[] _entry = new bool[Halves];
    private readonly int[] _blockAt = new int[Halves];
    private readonly Queue<int> _pending = [];
    private readonly List<int> _leaders = [];
    private readonly List<int> _decodedHalves = [];
    private readonly Lowering _lowering = new();
    private readonly BlockOptimizer _optimizer = new();
    private readonly Deferral _deferral = new();
    private int _limit;
    private int _tableHalves;
    private LearnedTargets? _learned;
    private bool _isHot;
    private int _start;
    private bool _startIsTarget;
    private bool _startIsPassed;

    /// <summary>Makes a builder.</summary>
    public RegionBuilder() => Array.Fill(_blockAt, Block.None);

    /// <summary>Whether the next region needs no way in where it starts, if only the instruction before leads there.</summary>
    public bool MayPass { get; set; }

    /// <summary>Builds the region around an offset.</summary>
    /// <param name="page">The page's bytes; each is read once.</param>
    /// <param name="virtualPage">Its address.</param>
    /// <param name="offset">Where to start.</param>
    /// <param name="limit">The most instructions.</param>
    /// <param name="isHot">Whether what is called in the page belongs to the region.</param>
    /// <param name="learned">If set, where indirect jumps were seen to go: that belongs to the region, too.</param>
    public Region Build(
        ReadOnlySpan<byte> page, ulong virtualPage, int offset, int limit = InstructionLimit, bool isHot = false, LearnedTargets? learned = null)
    {
        Forget();
        _limit = limit;
        _isHot = isHot;
        _learned = learned;
        _tableHalves = 0;
        _startIsTarget = _startIsPassed = false;
        _start = Block.None;
        Follow(offset, isEntry: true);
        _start = offset;
        while (_pending.TryDequeue(out int start))
            Scan(MemoryMarshal.Cast<byte, ushort>(page), start);
        if (MayPass && _startIsPassed && !_startIsTarget)
            PassStart();
        return Link(virtualPage, MakeBlocks(virtualPage));
    }

    // Quick code ends anywhere, and what follows it starts there: a way into the middle of a loop would cut it in two.
    private void PassStart()
    {
        _leaders.Remove(_start >> 1);
        _leader[_start >> 1] = _entry[_start >> 1] = false;
    }

    // Most regions are a small part of the page: clearing all would cost more than building them.
    private void Forget()
    {
        foreach (int half in _leaders)
            _leader[half] = _entry[half] = false;
        foreach (int half in _decodedHalves)
        {
            _seen[half] = false;
            _blockAt[half] = Block.None;
        }
        _leaders.Clear();
        _decodedHalves.Clear();
        _pending.Clear();
    }

    private void Follow(int offset, bool isEntry)
    {
        if (offset is < 0 or >= Page.Size)
            return;
        _entry[offset >> 1] |= isEntry;
        _startIsTarget |= offset == _start;
        if (_leader[offset >> 1])
            return;
        _leader[offset >> 1] = true;
        _leaders.Add(offset >> 1);
        _pending.Enqueue(offset);
    }

    private void Scan(ReadOnlySpan<ushort> halves, int offset)
    {
        while (offset < Page.Size && !_seen[offset >> 1] && _decodedHalves.Count < _limit)
        {
            uint word = halves[offset >> 1];
            if (Decoder.IsLong(word))
            {
                if (offset + 2 >= Page.Size)
                    return;
                word |= (uint)halves[(offset >> 1) + 1] << 16;
            }
            ref DecodedInstruction i = ref _decoded[offset >> 1];
            Decoder.Decode(word, out i);
            i.PageOffset = (ushort)offset;
            _seen[offset >> 1] = true;
            _decodedHalves.Add(offset >> 1);
            int next = offset + i.Length;
            if (i.Row == Decoder.Illegal)
                return;
            InstructionRow row = InstructionTable.Rows[i.Row];
            switch (row.Kind)
            {
                case MeaningKind.Branch:
                    Follow(next, isEntry: false);
                    Follow(offset + i.Immediate, isEntry: false);
                    return;
                case MeaningKind.Jump:
                    FollowJump(in i, row, offset);
                    return;
                case MeaningKind.System when !SystemInstructions.StayInside(in i):
                    // Execution comes back behind most of them.
                    Follow(next, isEntry: !IsFence(row));
                    return;
            }
            offset = next;
        }
        _startIsPassed |= offset == _start;
    }

    private void FollowJump(in DecodedInstruction i, InstructionRow row, int offset)
    {
        bool links = i.Rd != RegisterFile.Discard;
        if (links)
            Follow(offset + i.Length, isEntry: true);
        // Others who call it have a region of their own for it: this one would load what its callers need.
        if (row.Name == "jal" && (!links || (_isHot && Block.IsLink(i.Rd))))
            Follow(offset + i.Immediate, isEntry: false);
        if (row.Name != "jalr" || _learned is null)
            return;
        // They count for themselves, as all ways in do.
        foreach (int target in _learned.Of(offset))
            Follow(target, isEntry: true);
    }

    private static bool IsFence(InstructionRow row) => row.Name is "fence" or "fence.i";

    private List<Block> MakeBlocks(ulong virtualPage)
    {
        var blocks = new List<Block>();
        _leaders.Sort();
        foreach (int half in _leaders)
        {
            if (!_seen[half])
                continue;
            for (int start = half; start >= 0;)
            {
                _blockAt[start] = blocks.Count;
                Block block = MakeBlock(virtualPage, start << 1);
                block.IsEntry = _entry[start];
                _optimizer.Run(block);
                _deferral.Run(block);
                blocks.Add(block);
                int next = (int)(block.NextAddress - virtualPage) >> 1;
                // A block that was cut because of its length goes on in another one.
                bool wasCut = block.Exit == BlockExit.FallsThrough && next < Halves && _seen[next] && !_leader[next] && _blockAt[next] == Block.None;
                start = wasCut ? next : -1;
            }
        }
        return blocks;
    }

    private Block MakeBlock(ulong virtualPage, int offset)
    {
        var block = new Block { Start = offset };
        _lowering.Begin();
        for (; ; )
        {
            block.NextAddress = virtualPage + (ulong)offset;
            bool goesOn = offset < Page.Size && _seen[offset >> 1];
            if (!goesOn || block.Instructions == BlockLimit || (offset != block.Start && _leader[offset >> 1]))
                return block;
            ref DecodedInstruction i = ref _decoded[offset >> 1];
            if (i.Row == Decoder.Illegal || (InstructionTable.Rows[i.Row].Kind > MeaningKind.Float && !SystemInstructions.StayInside(in i)))
            {
                End(block, in i, virtualPage);
                return block;
            }
            _lowering.Append(block, in i, virtualPage);
            offset += i.Length;
        }
    }

    private void End(Block block, in DecodedInstruction i, ulong virtualPage)
    {
        ulong pc = virtualPage + i.PageOffset;
        block.Last = Lowering.Describe(in i, block.Instructions);
        InstructionRow? row = i.Row == Decoder.Illegal ? null : InstructionTable.Rows[i.Row];
        if (row is null || (row.Kind == MeaningKind.System && !IsFence(row)))
        {
            block.Exit = BlockExit.Interpreter;
            block.NextAddress = pc;
            return;
        }
        block.Instructions++;
        block.SynchronizesCode = row.Name == "fence.i";
        block.NextAddress = pc + i.Length;
        block.TakenAddress = pc + (ulong)(long)i.Immediate;
        block.Exit = row.Kind switch
        {
            MeaningKind.System => BlockExit.Fence,
            MeaningKind.Branch => BlockExit.Branch,
            _ when row.Name == "jal" => BlockExit.Jump,
            _ => BlockExit.JumpIndirect,
        };
        // AUIPC and JALR: how a distant function is called.
        if (block.Exit == BlockExit.JumpIndirect && _lowering.TryGetValue(i.Rs1, out long origin))
        {
            block.Exit = BlockExit.Jump;
            block.TakenAddress = (ulong)(origin + i.Immediate) & ~1UL;
        }
        if (block.Exit == BlockExit.Branch)
        {
            block.Comparison = row.Name switch
            {
                "beq" => Comparison.Equal,
                "bne" => Comparison.NotEqual,
                "blt" => Comparison.Less,
                "bge" => Comparison.GreaterEqual,
                "bltu" => Comparison.LessUnsigned,
                _ => Comparison.GreaterEqualUnsigned,
            };
        }
    }

    private Region Link(ulong virtualPage, List<Block> blocks)
    {
        foreach (Block block in blocks)
        {
            if (block.Exit is BlockExit.Branch or BlockExit.Jump)
                block.Taken = BlockAt(virtualPage, block.TakenAddress);
            if (block.Exit is BlockExit.Branch or BlockExit.FallsThrough or BlockExit.Fence)
                block.Next = BlockAt(virtualPage, block.NextAddress);
            if (block.Exit is BlockExit.Jump or BlockExit.JumpIndirect && block.Last.Rd != RegisterFile.Discard)
                LinkCall(block, virtualPage);
            if (block.Exit == BlockExit.JumpIndirect && _learned is not null && !block.IsReturn)
                LinkTargets(block, blocks);
            if (block.Exit == BlockExit.Fence && block.Next != Block.None)
                blocks[block.Next].FollowsFence = true;
        }
        FindLoops(blocks);
        BudgetChecks.Place(blocks);
        FloatGuards.Place(blocks);
        return new Region(virtualPage, blocks, _isHot);
    }

    // A call goes to another region, where registers are free to choose, unless what is called was taken into this one.
    private void LinkCall(Block block, ulong virtualPage)
    {
        block.Behind = BlockAt(virtualPage, block.NextAddress);
        if (_isHot && block.IsCall && block.Behind != Block.None)
            block.Callee = block.Taken;
        block.Taken = Block.None;
    }

    // Tables have an entry for each place between the first and the last target.
    private void LinkTargets(Block block, List<Block> blocks)
    {
        bool comesBack = block.Last.Rd != RegisterFile.Discard;
        if (comesBack && (!block.IsCall || block.Behind == Block.None))
            return;
        int[] targets = [.. _learned!.Of(block.Last.PageOffset).Select(offset => _blockAt[offset >> 1]).Where(number => number != Block.None)];
        if (targets.Length == 0)
            return;
        int span = ((blocks[targets[^1]].Start - blocks[targets[0]].Start) >> 1) + 1;
        if (_tableHalves + span > Halves)
            return;
        _tableHalves += span;
        block.Targets = targets;
    }

    private int BlockAt(ulong virtualPage, ulong address)
    {
        ulong offset = address - virtualPage;
        return offset < Page.Size ? _blockAt[(int)offset >> 1] : Block.None;
    }

    // What lies between the target of backward branches and the last of them is taken for the loop.
    private static void FindLoops(List<Block> blocks)
    {
        const int DeepestCounted = 4;
        Span<int> lastLatch = stackalloc int[blocks.Count];
        lastLatch.Fill(Block.None);
        for (int number = 0; number < blocks.Count; number++)
        {
            foreach (int target in (ReadOnlySpan<int>)[blocks[number].Taken, blocks[number].Next])
            {
                if (target != Block.None && target <= number)
                    lastLatch[target] = number;
            }
            foreach (int target in blocks[number].Targets)
            {
                if (target <= number && !blocks[number].IsCall)
                    lastLatch[target] = number;
            }
        }
        for (int header = 0; header < blocks.Count; header++)
        {
            if (lastLatch[header] == Block.None)
                continue;
            blocks[header].IsLoopHeader = true;
            blocks[header].IsEntry = true;
            for (int inside = header; inside <= lastLatch[header]; inside++)
                blocks[inside].Depth = Math.Min(blocks[inside].Depth + 1, DeepestCounted);
        }
        foreach (Block block in blocks)
        {
            if (block.Callee != Block.None)
                Deepen(blocks, block.Callee, block.Depth);
            if (!block.CallsInside)
                continue;
            foreach (int target in block.Targets)
                Deepen(blocks, target, block.Depth);
        }
    }

    // What is called in a loop is part of it.
    private static void Deepen(List<Block> blocks, int number, int depth)
    {
        if (number == Block.None || blocks[number].Depth >= depth)
            return;
        Block block = blocks[number];
        block.Depth = depth;
        Deepen(blocks, block.Taken, depth);
        Deepen(blocks, block.Next, depth);
        Deepen(blocks, block.Behind, depth);
        foreach (int target in block.Targets)
            Deepen(blocks, target, depth);
    }
}
