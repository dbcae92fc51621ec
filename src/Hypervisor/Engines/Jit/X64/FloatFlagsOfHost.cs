using Trapline.Hypervisor.Cpu;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>Turns the flags of MXCSR into those of <c>fflags</c>.</summary>
internal static class FloatFlagsOfHost
{
    // Invalid, division by zero, overflow, underflow, inexact; not "denormal operand", which RISC-V does not have.
    private const uint Relevant = 0x3D;

    /// <summary>Adds flags that guest code raised.</summary>
    public static void Merge(ref HartState state, uint control)
    {
        if ((control & Relevant) != 0)
            state.FpFlags |= Of(control);
    }

    /// <summary>The flags of <c>fflags</c>.</summary>
    public static byte Of(uint control)
        => (byte)(((control & 1) << 4) | ((control & 4) << 1) | ((control & 8) >> 1) | ((control & 0x10) >> 3) | ((control & 0x20) >> 5));
}
