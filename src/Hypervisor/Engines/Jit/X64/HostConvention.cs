namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// How functions are called on this host. Generated code is written for the System V convention; where the host has another, the way in and the
/// way to callbacks translate (<see cref="Stubs"/>).
/// </summary>
/// <param name="IsSystemV">Parameters in RDI, RSI, RDX; all vector registers belong to the callee.</param>
/// <param name="Saved">General registers that a function gives back as it found them.</param>
/// <param name="FrameBytes">
/// What the way in subtracts from RSP behind pushing them, so that RSP becomes a multiple of 16 and the vector registers find room.
/// </param>
internal sealed record HostConvention(bool IsSystemV, Gpr[] Saved, int FrameBytes)
{
    /// <summary>The first of the vector registers XMM6 to XMM15, which a function of Microsoft's convention gives back as it found them.</summary>
    public const Xmm FirstSavedVector = Xmm.X6;

    /// <summary>Room for a callee's four register parameters, and alignment.</summary>
    public const int ShadowBytes = 40;

    private const int VectorBytes = 10 * 16;

    /// <summary>Everywhere but on Windows.</summary>
    public static HostConvention SystemV { get; } = new(true, [Gpr.Rbp, Gpr.Rbx, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R15], 8);

    /// <summary>Windows: parameters in RCX, RDX, R8.</summary>
    public static HostConvention Microsoft { get; } =
        new(false, [Gpr.Rbp, Gpr.Rbx, Gpr.Rsi, Gpr.Rdi, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R15], VectorBytes + 8);

    /// <summary>This host's.</summary>
    public static HostConvention OfThisHost { get; } = OperatingSystem.IsWindows() ? Microsoft : SystemV;
}
