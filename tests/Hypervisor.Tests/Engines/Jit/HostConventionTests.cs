using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.CodeMemory;
using Trapline.Hypervisor.Engines.Jit.X64;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>
/// What lets generated code run on Windows, as far as a Linux host can tell: stubs written for Microsoft's calling convention are entered with its
/// registers, and call back with them. A System V function of five parameters sees them as its fourth, third and fifth.
/// </summary>
public sealed unsafe class HostConventionTests
{
    private const int Bytes = 1 << 16;
    private const int Result = 0x5EED;

    private static readonly Gpr[] Preserved = [Gpr.Rsi, Gpr.Rdi, Gpr.Rbx, Gpr.Rbp, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R15];
    private static readonly Gpr[] SavedByWrapper = [Gpr.Rbp, Gpr.Rbx, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R15, Gpr.Rcx];

    private static (long First, long Second, long Third) _received;

    [SkippableFact]
    public void Microsofts_convention_is_kept_on_the_way_in_and_out_and_to_callbacks()
    {
        Skip.IfNot(JitEngine.IsSupported && HostConvention.OfThisHost.IsSystemV, "needs a host with a JIT and the System V convention");
        using var test = new TestHart();
        using var arena = CodeArena.Create(Bytes);
        test.State.Engine[EngineWord.CleanControl] = 0x1F80;
        var a = new FloatAssembler();
        a.Attach(arena.Writable, 64);
        var stubs = Stubs.Write(a, HostConvention.Microsoft, (nint)(delegate* unmanaged[Cdecl]<long, long, long, long, long, int>)&Callback, new TlbSize(1024));
        int code = WriteCode(a, arena, in stubs);
        int wrapper = WriteWrapper(a, arena.Executable + stubs.Enter);

        var buffer = new ulong[64];
        for (int word = 0; word < 20; word++)
            buffer[word] = 0xAB00_0000_0000_0000 + (ulong)word;
        _received = default;
        // SAFETY: the wrapper was just written for this signature; the buffer is as large as it stores.
        fixed (ulong* address = buffer)
            ((delegate* unmanaged[Cdecl]<nint, nint, long, nint, int>)(arena.Executable + wrapper))(
                test.Hart.StateAddress + StateLayout.Bias, arena.Executable + code, 1000, (nint)address);

        Assert.Equal((11L, 22L, 33L), _received);
        Assert.Equal(buffer[..20], buffer[20..40]);
        Assert.Equal(Preserved.Select(Pattern), buffer[40..48].Select(v => (long)v));
        Assert.Equal((ulong)NativeExit.Left, buffer[48]);
        Assert.Equal((ulong)Result, test.State.Pc);
        Assert.Equal(1000UL, test.State.Instret);
    }

    [SkippableFact]
    public void A_shadow_stack_is_found_where_the_kernel_says_that_there_is_one()
    {
        Skip.IfNot(JitEngine.IsSupported && OperatingSystem.IsLinux(), "reads /proc/thread-self/status");
        string? features = File.ReadLines("/proc/thread-self/status").FirstOrDefault(line => line.StartsWith("x86_Thread_features:", StringComparison.Ordinal));
        Assert.Equal(features?.Contains("shstk", StringComparison.Ordinal) ?? false, ShadowStack.IsActive());
    }

    [SkippableFact]
    public void Code_memory_is_one_memory_seen_writable_and_executable()
    {
        Skip.IfNot(CodeArena.IsSupported, "this host has no code memory");
        using var arena = CodeArena.Create(Bytes);
        new Span<byte>(arena.Writable, Bytes).Fill(0xC3);
        Assert.True(new ReadOnlySpan<byte>((void*)arena.Executable, Bytes).IndexOfAnyExcept((byte)0xC3) < 0);
        if (OperatingSystem.IsLinux())
        {
            Assert.StartsWith("rw-s", ProtectionAt((nint)arena.Writable), StringComparison.Ordinal);
            Assert.StartsWith("r-xs", ProtectionAt(arena.Executable), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_jit_is_picked_where_there_is_code_memory_and_the_processor_has_what_it_takes()
    {
        Assert.Equal(OperatingSystem.IsLinux() || OperatingSystem.IsWindows(), CodeArena.IsSupported);
        Assert.Equal(JitEngine.IsSupported ? "jit" : "interpreter", Hypervisor.Machine.EngineFactory.Create(new Hypervisor.Machine.MachineConfig()).Name);
        Assert.Equal(OperatingSystem.IsWindows(), !HostConvention.OfThisHost.IsSystemV);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Callback(long unusedRdi, long unusedRsi, long second, long first, long third)
    {
        _received = (first, second, third);
        return Result;
    }

    // Generated code: keeps what it was given and what the callback returned in the state, uses all registers but that of the state, and leaves.
    private static int WriteCode(FloatAssembler a, CodeArena arena, in Stubs stubs)
    {
        int start = a.Position;
        a.Reset();
        a.Store(StateLayout.Instret, Gpr.R15, 8);
        for (Xmm register = Xmm.X0; register <= Xmm.X15; register++)
            a.Logic(VectorLogic.Xor, register, register, register);
        a.MoveConstant(Gpr.Rdi, 11);
        a.MoveConstant(Gpr.Rsi, 22);
        a.MoveConstant(Gpr.Rdx, 33);
        a.MoveConstant(Gpr.Rax, arena.Executable + stubs.Execute);
        a.Call(Gpr.Rax);
        a.Store(StateLayout.Pc, Gpr.Rax, 8);
        foreach (Gpr register in Preserved.Where(r => r != Gpr.Rbp))
            a.MoveConstant(register, 0x77);
        a.Jump(stubs.Left);
        a.Resolve();
        return start;
    }

    // A System V function (state, code, budget, buffer) that calls a function of Microsoft's: vector registers from the buffer, patterns in the others;
    // behind it stores what they are then.
    private static int WriteWrapper(FloatAssembler a, nint enter)
    {
        int start = a.Position;
        a.Reset();
        foreach (Gpr register in SavedByWrapper)
            a.Push(register);
        a.Apply(Alu.Subtract, Gpr.Rsp, 32);
        a.Move(Gpr.R8, Gpr.Rdx);
        a.Move(Gpr.Rdx, Gpr.Rsi);
        for (Xmm register = Xmm.X6; register <= Xmm.X15; register++)
            a.LoadVector(register, new Mem(Gpr.Rcx, 16 * (register - Xmm.X6)));
        a.Move(Gpr.Rcx, Gpr.Rdi);
        foreach (Gpr register in Preserved)
            a.MoveConstant(register, Pattern(register));
        a.MoveConstant(Gpr.Rax, enter);
        a.Call(Gpr.Rax);
        a.Apply(Alu.Add, Gpr.Rsp, 32);
        a.Pop(Gpr.Rcx);
        for (Xmm register = Xmm.X6; register <= Xmm.X15; register++)
            a.StoreVector(new Mem(Gpr.Rcx, 160 + (16 * (register - Xmm.X6))), register);
        for (int index = 0; index < Preserved.Length; index++)
            a.Store(new Mem(Gpr.Rcx, 320 + (8 * index)), Preserved[index], 8);
        a.Store(new Mem(Gpr.Rcx, 384), Gpr.Rax, 8);
        foreach (Gpr register in SavedByWrapper.Reverse().Skip(1))
            a.Pop(register);
        a.Return();
        a.Resolve();
        return start;
    }

    private static long Pattern(Gpr register) => 0x1234_5678_9ABC_0000 + (long)register;

    private static string ProtectionAt(nint address) =>
        File.ReadLines("/proc/self/maps").First(line => line.StartsWith($"{address:x}-", StringComparison.Ordinal)).Split(' ')[1];
}
