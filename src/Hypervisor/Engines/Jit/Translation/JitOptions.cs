using Trapline.Hypervisor.Engines.Jit.Dump;

namespace Trapline.Hypervisor.Engines.Jit.Translation;

/// <summary>Limits of the translator.</summary>
/// <param name="CodeBytesPerHart">Code memory of a hart: when it is full, all its translations are dropped.</param>
/// <param name="Threshold">Times that a block is interpreted before it is translated, at most 255.</param>
/// <param name="Tiers">Which translations are made.</param>
/// <param name="SampleLength">
/// Instructions after which generated code comes back at the latest: to look at requests, and to be found spending its time there.
/// </param>
public sealed record JitOptions(
    int CodeBytesPerHart = 32 << 20, int Threshold = 80, JitTiers Tiers = JitTiers.Both, int SampleLength = 20_000)
{
    /// <summary>The most that <see cref="SampleLength"/> may be: the host's stack grows by 32 bytes at most with each call of a stay, by less than 1 MiB.</summary>
    public const int LongestStay = 20_000;

    /// <summary>Code memory of a machine, divided among its harts.</summary>
    public const int CodeBytesPerMachine = 64 << 20;

    /// <summary>Asks for a listing of what is made of an address.</summary>
    public JitDump? Dump { get; init; }

    /// <summary>The limits for each hart of a machine that has so many.</summary>
    public static JitOptions ForMachine(int harts) => new(CodeBytesPerMachine / Math.Max(harts, 1));
}
