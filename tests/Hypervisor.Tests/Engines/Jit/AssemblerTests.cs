using Iced.Intel;
using Trapline.Hypervisor.Engines.Jit.X64;
using Label = Trapline.Hypervisor.Engines.Jit.X64.Label;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>Everything that the assembler can write, for all registers, is read back by an independent disassembler.</summary>
public sealed unsafe class AssemblerTests
{
    private static readonly Gpr[] Gprs = [.. Enum.GetValues<Gpr>().Where(r => r != Gpr.None)];
    private static readonly Xmm[] Xmms = [.. Enum.GetValues<Xmm>().Where(r => r != Xmm.None)];
    private static readonly int[] Displacements = [0, 1, -128, 127, 128, -129, 0x12345678];

    private delegate void Write(FloatAssembler assembler);

    [Fact]
    public void Moves_between_registers_and_constants()
    {
        foreach (Gpr a in Gprs)
        {
            foreach (Gpr b in Gprs)
            {
                if (a != b)
                    Check(w => w.Move(a, b), $"mov {Q(a)},{Q(b)}");
                Check(w => w.Move32(a, b), $"mov {D(a)},{D(b)}");
                Check(w => w.SignExtend32(a, b), $"movsxd {Q(a)},{D(b)}");
                Check(w => w.SignExtend16(a, b), $"movsx {Q(a)},{W(b)}");
                Check(w => w.ZeroExtend16(a, b), $"movzx {D(a)},{W(b)}");
                Check(w => w.ZeroExtend8(a, b), $"movzx {D(a)},{B(b)}");
                if (b < Gpr.Rsp || b > Gpr.Rdi)
                    Check(w => w.SignExtend8(a, b), $"movsx {Q(a)},{B(b)}");
                Check(w => w.MoveIf(Condition.Less, a, b), $"cmovl {Q(a)},{Q(b)}");
            }
            Check(w => w.MoveConstant(a, 0x12345678), $"mov {D(a)},12345678h");
            Check(w => w.MoveConstant(a, -5), $"mov {Q(a)},0FFFFFFFFFFFFFFFBh");
            Check(w => w.MoveConstant(a, 0x1122334455667788), $"mov {Q(a)},1122334455667788h");
            Check(w => w.SetIf(Condition.Above, a), $"seta {B(a)}");
            Check(w => w.TestBits(a, 0x123), $"test {D(a)},123h");
            Check(w => w.Push(a), $"push {Q(a)}");
            Check(w => w.Pop(a), $"pop {Q(a)}");
            Check(w => w.Jump(a), $"jmp {Q(a)}");
            Check(w => w.Call(a), $"call {Q(a)}");
        }
    }

    [Fact]
    public void Arithmetic_on_registers()
    {
        (Alu, string)[] names =
        [
            (Alu.Add, "add"), (Alu.Or, "or"), (Alu.AddWithCarry, "adc"), (Alu.SubtractWithBorrow, "sbb"), (Alu.And, "and"), (Alu.Subtract, "sub"),
            (Alu.Xor, "xor"), (Alu.Compare, "cmp"),
        ];
        foreach ((Alu operation, string name) in names)
        {
            foreach (Gpr a in Gprs)
            {
                foreach (Gpr b in Gprs)
                {
                    Check(w => w.Apply(operation, a, b), $"{name} {Q(a)},{Q(b)}");
                    Check(w => w.Apply(operation, a, b, wide: false), $"{name} {D(a)},{D(b)}");
                }
                Check(w => w.Apply(operation, a, 0x55, wide: false), $"{name} {D(a)},55h");
                Check(w => w.Apply(operation, a, 0x12345), $"{name} {Q(a)},12345h");
            }
        }
        foreach (Gpr a in Gprs)
        {
            foreach (Gpr b in Gprs)
            {
                Check(w => w.Test(a, b), $"test {Q(a)},{Q(b)}");
                Check(w => w.Multiply(a, b), $"imul {Q(a)},{Q(b)}");
                Check(w => w.Multiply(a, b, wide: false), $"imul {D(a)},{D(b)}");
                Check(w => w.CountLeadingZeros(a, b, true), $"lzcnt {Q(a)},{Q(b)}");
                Check(w => w.CountTrailingZeros(a, b, false), $"tzcnt {D(a)},{D(b)}");
                Check(w => w.PopulationCount(a, b, true), $"popcnt {Q(a)},{Q(b)}");
                Check(w => w.BitOperation(4, a, b), $"bt {Q(a)},{Q(b)}");
                Check(w => w.BitOperation(5, a, b), $"bts {Q(a)},{Q(b)}");
                Check(w => w.RotateRightInto(a, b, 12), $"rorx {Q(a)},{Q(b)},0Ch");
                foreach (Gpr c in Gprs)
                {
                    Check(w => w.ShiftInto(Shift.Left, a, b, c), $"shlx {Q(a)},{Q(b)},{Q(c)}");
                    Check(w => w.ShiftInto(Shift.Right, a, b, c, wide: false), $"shrx {D(a)},{D(b)},{D(c)}");
                    Check(w => w.ShiftInto(Shift.RightArithmetic, a, b, c), $"sarx {Q(a)},{Q(b)},{Q(c)}");
                    Check(w => w.AndNot(a, b, c), $"andn {Q(a)},{Q(b)},{Q(c)}");
                    Check(w => w.MultiplyInto(a, b, c), $"mulx {Q(a)},{Q(b)},{Q(c)}");
                }
            }
            Check(w => w.MultiplySignedHigh(a), $"imul {Q(a)}");
            Check(w => w.Divide(a, true, true), $"idiv {Q(a)}");
            Check(w => w.Divide(a, false, false), $"div {D(a)}");
            Check(w => w.Negate(a), $"neg {Q(a)}");
            Check(w => w.Not(a), $"not {Q(a)}");
            Check(w => w.ReverseBytes(a), $"bswap {Q(a)}");
            Check(w => w.BitOperation(6, a, 33), $"btr {Q(a)},21h");
            Check(w => w.ShiftBy(Shift.RightArithmetic, a, 7), $"sar {Q(a)},7");
            Check(w => w.ShiftBy(Shift.RotateRight, a, 9, wide: false), $"ror {D(a)},9");
            Check(w => w.ShiftByCl(Shift.RotateLeft, a), $"rol {Q(a)},cl");
        }
        Check(w => w.SignExtendAccumulator(true), "cqo");
        Check(w => w.SignExtendAccumulator(false), "cdq");
    }

    [Fact]
    public void Memory_operands_with_every_base_index_and_displacement()
    {
        foreach (Gpr at in Gprs)
        {
            foreach (int displacement in Displacements)
            {
                var plain = new Mem(at, displacement);
                Check(w => w.Load(Gpr.R9, plain, 8, false), $"mov r9,{M(plain)}");
                Check(w => w.Load(Gpr.Rbx, plain, 4, true), $"movsxd rbx,{M(plain)}");
                Check(w => w.Load(Gpr.Rbx, plain, 4, false), $"mov ebx,{M(plain)}");
                Check(w => w.Load(Gpr.Rbx, plain, 2, true), $"movsx rbx,word ptr {M(plain)}");
                Check(w => w.Load(Gpr.Rbx, plain, 2, false), $"movzx ebx,word ptr {M(plain)}");
                Check(w => w.Load(Gpr.Rbx, plain, 1, true), $"movsx rbx,byte ptr {M(plain)}");
                Check(w => w.Load(Gpr.Rbx, plain, 1, false), $"movzx ebx,byte ptr {M(plain)}");
                Check(w => w.StoreConstant(plain, 5, 8), $"mov qword ptr {M(plain)},5");
                Check(w => w.StoreConstant(plain, 5, 2), $"mov word ptr {M(plain)},5");
                Check(w => w.StoreConstant(plain, 5, 1), $"mov byte ptr {M(plain)},5");
                Check(w => w.Apply(Alu.Compare, plain, int.MinValue, wide: false), $"cmp dword ptr {M(plain)},80000000h");
                Check(w => w.Apply(Alu.Add, plain, Gpr.R12), $"add {M(plain)},r12");
                Check(w => w.Apply(Alu.Xor, Gpr.Rsi, plain), $"xor rsi,{M(plain)}");
                Check(w => w.Multiply(Gpr.R8, plain), $"imul r8,{M(plain)}");
                Check(w => w.Call(plain), $"call qword ptr {M(plain)}");
                Check(w => w.ExchangeAdd(plain, Gpr.Rdx, true), $"lock xadd {M(plain)},rdx");
                Check(w => w.Exchange(plain, Gpr.Rdx, false), $"xchg edx,{M(plain)}");
                Check(w => w.CompareExchange(plain, Gpr.Rdx, true), $"lock cmpxchg {M(plain)},rdx");
                Check(w => w.ApplyLocked(Alu.Or, plain, Gpr.Rdx, true), $"lock or {M(plain)},rdx");
                Check(w => w.ApplyLocked(Alu.And, plain, Gpr.R9, false), $"lock and {M(plain)},r9d");
                Check(w => w.LoadFloat(Xmm.X9, plain, true), $"vmovsd xmm9,qword ptr {M(plain)}".Replace("qword ptr ", "", StringComparison.Ordinal));
                Check(w => w.LoadControl(plain), $"ldmxcsr {M(plain)}");
                foreach (Gpr index in Gprs.Where(r => r != Gpr.Rsp))
                {
                    var scaled = new Mem(at, displacement, index, 3);
                    Check(w => w.LoadAddress(Gpr.R10, scaled), $"lea r10,{M(scaled)}");
                    Check(w => w.StoreFloat(scaled, Xmm.X3, false), $"vmovss {M(scaled)},xmm3");
                    Check(w => w.StoreVector(scaled, Xmm.X13), $"vmovups {M(scaled)},xmm13");
                    Check(w => w.LoadVector(Xmm.X4, scaled), $"vmovups xmm4,{M(scaled)}");
                }
            }
        }
        foreach (Gpr value in Gprs)
        {
            var to = new Mem(Gpr.R13, 0, Gpr.R14);
            Check(w => w.Store(to, value, 1), $"mov {M(to)},{B(value)}");
            Check(w => w.Store(to, value, 2), $"mov {M(to)},{W(value)}");
            Check(w => w.Store(to, value, 4), $"mov {M(to)},{D(value)}");
            Check(w => w.Store(to, value, 8), $"mov {M(to)},{Q(value)}");
        }
        Check(w => w.FullFence(), "lock or dword ptr [rsp],0");
    }

    [Fact]
    public void Floating_point_on_every_register()
    {
        foreach (Xmm a in Xmms)
        {
            foreach (Xmm b in Xmms)
            {
                foreach (Xmm c in Xmms)
                {
                    Check(w => w.FloatApply(FloatOpcode.Add, a, b, c, true), $"vaddsd {X(a)},{X(b)},{X(c)}");
                    Check(w => w.FloatApply(FloatOpcode.Subtract, a, b, c, false), $"vsubss {X(a)},{X(b)},{X(c)}");
                    Check(w => w.FloatApply(FloatOpcode.Multiply, a, b, c, true), $"vmulsd {X(a)},{X(b)},{X(c)}");
                    Check(w => w.FloatApply(FloatOpcode.Divide, a, b, c, true), $"vdivsd {X(a)},{X(b)},{X(c)}");
                    Check(w => w.FloatApply(FloatOpcode.SquareRoot, a, b, c, false), $"vsqrtss {X(a)},{X(b)},{X(c)}");
                    Check(w => w.Fused(FusedOpcode.MultiplyAdd, a, b, c, true), $"vfmadd213sd {X(a)},{X(b)},{X(c)}");
                    Check(w => w.Fused(FusedOpcode.MultiplySubtract, a, b, c, false), $"vfmsub213ss {X(a)},{X(b)},{X(c)}");
                    Check(w => w.Fused(FusedOpcode.NegatedMultiplyAdd, a, b, c, true), $"vfnmadd213sd {X(a)},{X(b)},{X(c)}");
                    Check(w => w.Fused(FusedOpcode.NegatedMultiplySubtract, a, b, c, true), $"vfnmsub213sd {X(a)},{X(b)},{X(c)}");
                    Check(w => w.FloatApply(FloatOpcode.Minimum, a, b, c, true), $"vminsd {X(a)},{X(b)},{X(c)}");
                    Check(w => w.FloatApply(FloatOpcode.Maximum, a, b, c, false), $"vmaxss {X(a)},{X(b)},{X(c)}");
                    Check(w => w.CompareBytes(a, b, c), $"vpcmpeqb {X(a)},{X(b)},{X(c)}");
                    Check(w => w.Logic(VectorLogic.AndNot, a, b, c), $"vandnps {X(a)},{X(b)},{X(c)}");
                    Check(w => w.Logic(VectorLogic.Xor, a, b, c), $"vxorps {X(a)},{X(b)},{X(c)}");
                }
                if (a != b)
                    Check(w => w.MoveVector(a, b), $"vmovaps {X(a)},{X(b)}");
                Check(w => w.CompareQuiet(a, b, true), $"vucomisd {X(a)},{X(b)}");
                Check(w => w.CompareSignaling(a, b, false), $"vcomiss {X(a)},{X(b)}");
                Check(w => w.ConvertFormat(a, b, true), $"vcvtsd2ss {X(a)},{X(a)},{X(b)}");
                Check(w => w.ConvertFormat(a, b, false), $"vcvtss2sd {X(a)},{X(a)},{X(b)}");
            }
            foreach (Gpr r in Gprs)
            {
                Check(w => w.MoveBits(a, r, true), $"vmovq {X(a)},{Q(r)}");
                Check(w => w.MoveBits(r, a, false), $"vmovd {D(r)},{X(a)}");
                Check(w => w.ToInteger(r, a, true, true, truncate: true), $"vcvttsd2si {Q(r)},{X(a)}");
                Check(w => w.ToInteger(r, a, false, false, truncate: false), $"vcvtss2si {D(r)},{X(a)}");
                Check(w => w.FromInteger(a, r, true, true), $"vcvtsi2sd {X(a)},{X(a)},{Q(r)}");
                Check(w => w.FromInteger(a, r, false, false), $"vcvtsi2ss {X(a)},{X(a)},{D(r)}");
            }
        }
    }

    [Fact]
    public void Jumps_reach_labels_before_and_behind_them()
    {
        byte[] code = new byte[4096];
        fixed (byte* start = code)
        {
            var w = new FloatAssembler();
            w.Attach(start, 0);
            Label before = w.NewLabel();
            Label behind = w.NewLabel();
            w.Bind(before);
            w.JumpIf(Condition.NotEqual, behind);
            w.Jump(before);
            w.Call(behind);
            for (int k = 0; k < 200; k++)
                w.Push(Gpr.Rax);
            w.JumpIf(Condition.Less, before);
            w.Bind(behind);
            w.Return();
            w.Resolve();
            ulong end = (ulong)w.Position - 1;
            string[] text = [.. Disassemble(code, w.Position).Where(line => line != "push rax")];
            Assert.Equal([$"jne {Address(end)}", "jmp 0", $"call {Address(end)}", "jl 0", "ret"],
                text.Select(line => line.Replace("short ", "", StringComparison.Ordinal).Replace("near ptr ", "", StringComparison.Ordinal)));
        }
    }

    private static string Address(ulong value) => $"{value:X16}h";

    private static void Check(Write write, string expected)
    {
        byte* code = stackalloc byte[64];
        var assembler = new FloatAssembler();
        assembler.Attach(code, 0);
        write(assembler);
        string[] lines = [.. Disassemble(new Span<byte>(code, assembler.Position).ToArray(), assembler.Position)];
        string text = Assert.Single(lines);
        if (text != expected)
            text = text.Replace("qword ptr ", "", StringComparison.Ordinal).Replace("dword ptr ", "", StringComparison.Ordinal);
        Assert.Equal(expected, text);
    }

    private static IEnumerable<string> Disassemble(byte[] code, int length)
    {
        var decoder = Iced.Intel.Decoder.Create(64, new ByteArrayCodeReader(code, 0, length));
        var formatter = new MasmFormatter();
        formatter.Options.ShowBranchSize = true;
        formatter.Options.SignedImmediateOperands = false;
        formatter.Options.RipRelativeAddresses = true;
        var output = new StringOutput();
        while (decoder.IP < (ulong)length)
        {
            formatter.Format(decoder.Decode(), output);
            yield return output.ToStringAndReset();
        }
    }

    private static string Q(Gpr r) => r.ToString().ToLowerInvariant();

    private static string D(Gpr r) => r >= Gpr.R8 ? Q(r) + "d" : "e" + Q(r)[1..];

    private static string W(Gpr r) => r >= Gpr.R8 ? Q(r) + "w" : Q(r)[1..];

    private static string B(Gpr r) => r >= Gpr.R8 ? Q(r) + "b" : r <= Gpr.Rbx ? $"{Q(r)[1]}l" : Q(r)[1..] + "l";

    private static string X(Xmm r) => $"xmm{(int)r}";

    private static string M(Mem m)
    {
        string index = m.Index == Gpr.None ? "" : m.ScaleShift == 0 ? $"+{Q(m.Index)}" : $"+{Q(m.Index)}*{1 << m.ScaleShift}";
        string displacement = m.Displacement switch
        {
            0 => "",
            < 0 => $"-{Hex(-m.Displacement)}",
            _ => $"+{Hex(m.Displacement)}",
        };
        return $"[{Q(m.Base)}{index}{displacement}]";
    }

    private static string Hex(int value)
    {
        string digits = value.ToString("X", System.Globalization.CultureInfo.InvariantCulture);
        return value < 10 ? digits : (digits[0] > '9' ? "0" : "") + digits + "h";
    }
}
