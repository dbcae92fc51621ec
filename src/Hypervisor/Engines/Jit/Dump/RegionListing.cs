using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Iced.Intel;
using Trapline.Hypervisor.Engines.Jit.Ir;
using Trapline.Hypervisor.Engines.Jit.X64;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Memory;
using Block = Trapline.Hypervisor.Engines.Jit.Ir.Block;
using GuestDecoder = Trapline.Hypervisor.Isa.Decoder;
using HostDecoder = Iced.Intel.Decoder;

namespace Trapline.Hypervisor.Engines.Jit.Dump;

/// <summary>
/// Writes a region's guest code, micro-operations and host code in three columns. Only this class uses the disassembler of the host's
/// code, which is loaded when the first listing is made.
/// </summary>
internal sealed class RegionListing
{
    private const int GuestWidth = 44;
    private const int OperationWidth = 44;

    private readonly Region _region;
    private readonly byte[] _page;
    private readonly byte[] _code;
    private readonly ulong _codeAddress;
    private readonly StringBuilder _text = new();
    private readonly IntelFormatter _formatter = new();

    private RegionListing(Region region, byte[] page, byte[] code, ulong codeAddress)
    {
        _region = region;
        _page = page;
        _code = code;
        _codeAddress = codeAddress;
        _formatter.Options.HexPrefix = "0x";
        _formatter.Options.HexSuffix = null;
    }

    /// <summary>Whether a region holds an address.</summary>
    public static bool Holds(Region region, ulong address)
    {
        foreach (Block block in region.Blocks)
        {
            ulong start = region.VirtualPage + (ulong)block.Start;
            if (address == start || (address > start && address < EndOf(block)))
                return true;
        }
        return false;
    }

    /// <summary>Writes the listing.</summary>
    /// <param name="region">What was translated.</param>
    /// <param name="page">The page's bytes.</param>
    /// <param name="marks">What is where in the code; positions count from the first mark's.</param>
    /// <param name="code">The code from the first mark to its end.</param>
    /// <param name="codeAddress">Where it executes.</param>
    public static string Write(Region region, ReadOnlySpan<byte> page, IReadOnlyList<EmissionMark> marks, ReadOnlySpan<byte> code, ulong codeAddress)
    {
        var listing = new RegionListing(region, page.ToArray(), code.ToArray(), codeAddress);
        listing.WriteAll(marks);
        return listing._text.ToString();
    }

    private static ulong EndOf(Block block) => block.NextAddress + (block.Exit == BlockExit.Interpreter ? block.Last.Length : 0UL);

    private void WriteAll(IReadOnlyList<EmissionMark> marks)
    {
        _text.Append(CultureInfo.InvariantCulture,
            $"region in page 0x{_region.VirtualPage:x}: {_region.Blocks.Count} blocks, {_region.Instructions} guest instructions, {_code.Length} bytes of host code\n");
        int origin = marks.Count > 0 ? marks[0].Position : 0;
        int guest = 0;
        for (int k = 0; k < marks.Count; k++)
        {
            EmissionMark mark = marks[k];
            int end = k + 1 < marks.Count ? marks[k + 1].Position : origin + _code.Length;
            List<string> host = mark.Kind == MarkKind.Table ? [] : HostLines(mark.Position - origin, end - origin);
            switch (mark.Kind)
            {
                case MarkKind.Block:
                    guest = _region.Blocks[mark.Number].Start;
                    WriteBlockHead(mark.Number);
                    WriteRows([], "", host);
                    break;
                case MarkKind.Operation:
                    MicroOp op = _region.Blocks[mark.Number].Ops[mark.Operation];
                    WriteRows(GuestLines(ref guest, op.PageOffset), op.ToString(), host);
                    break;
                case MarkKind.End:
                    Block block = _region.Blocks[mark.Number];
                    ulong last = EndOf(block) - _region.VirtualPage;
                    WriteRows(GuestLines(ref guest, (int)last - 1), DescribeEnd(block), host);
                    break;
                case MarkKind.Entry:
                    _text.Append(CultureInfo.InvariantCulture, $"entry of block {mark.Number}\n");
                    WriteRows([], "", host);
                    break;
                case MarkKind.Table:
                    _text.Append(CultureInfo.InvariantCulture, $"{end - mark.Position} bytes of tables for indirect jumps\n");
                    break;
                default:
                    _text.Append(CultureInfo.InvariantCulture, $"out of line {mark.Number}\n");
                    WriteRows([], "", host);
                    break;
            }
        }
    }

    private void WriteBlockHead(int number)
    {
        Block block = _region.Blocks[number];
        string loop = block.IsLoopHeader ? ", loop" : "";
        string entry = block.IsEntry ? ", entry" : "";
        _text.Append(CultureInfo.InvariantCulture, $"block {number} at 0x{_region.VirtualPage + (ulong)block.Start:x}, depth {block.Depth}{loop}{entry}\n");
    }

    private void WriteRows(List<string> guest, string operation, List<string> host)
    {
        int rows = Math.Max(Math.Max(guest.Count, host.Count), operation.Length > 0 ? 1 : 0);
        for (int row = 0; row < rows; row++)
        {
            string left = row < guest.Count ? guest[row] : "";
            string middle = row == Math.Max(guest.Count - 1, 0) ? operation : "";
            string right = row < host.Count ? host[row] : "";
            _text.Append($"{left.PadRight(GuestWidth)} {middle.PadRight(OperationWidth)} {right}".TrimEnd()).Append('\n');
        }
    }

    // The instructions up to one that starts at or before an offset.
    private List<string> GuestLines(ref int at, int through)
    {
        var lines = new List<string>();
        while (at <= through && at < Page.Size)
        {
            ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(_page);
            uint word = halves[at >> 1];
            bool isLong = GuestDecoder.IsLong(word);
            if (isLong && at + 2 < Page.Size)
                word |= (uint)halves[(at >> 1) + 1] << 16;
            ulong address = _region.VirtualPage + (ulong)at;
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{address:x}: {Disassembler.Disassemble(word, address).Replace('\t', ' ')}"));
            at += isLong ? 4 : 2;
        }
        return lines;
    }

    private List<string> HostLines(int from, int to)
    {
        var lines = new List<string>();
        var decoder = HostDecoder.Create(64, new ByteArrayCodeReader(_code, from, to - from), _codeAddress + (ulong)from);
        var output = new StringOutput();
        while (decoder.IP < _codeAddress + (ulong)to)
        {
            decoder.Decode(out Instruction instruction);
            _formatter.Format(in instruction, output);
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{instruction.IP:x} {output.ToStringAndReset()}"));
        }
        return lines;
    }

    private static string DescribeEnd(Block block) => block.Exit switch
    {
        BlockExit.Branch => string.Create(CultureInfo.InvariantCulture,
            $"Branch {block.Comparison} r{block.Last.Ra}, r{block.Last.Rb} -> {Where(block.Taken, block.TakenAddress)}, else {Where(block.Next, block.NextAddress)}"),
        BlockExit.Jump => $"Jump -> {Where(block.Taken, block.TakenAddress)}",
        BlockExit.JumpIndirect => string.Create(CultureInfo.InvariantCulture, $"JumpIndirect r{block.Last.Ra} + {block.Last.Immediate}{Known(block.Targets)}"),
        BlockExit.Interpreter => "Interpreter",
        _ => $"{block.Exit} -> {Where(block.Next, block.NextAddress)}",
    };

    private static string Known(int[] targets) => targets.Length == 0 ? "" : $" -> block {string.Join(", ", targets)}, or elsewhere";

    private static string Where(int block, ulong address)
        => block == Block.None ? $"0x{address:x}" : string.Create(CultureInfo.InvariantCulture, $"block {block}");
}
