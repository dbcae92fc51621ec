using Trapline.Hypervisor.Engines.Jit.Dump;

namespace Trapline.Hypervisor.Engines.Jit.Translation;

/// <summary>Limits of the translator.</summary>
/// <param name="CodeBytesPerHart">Code memory of a hart: when it is full, all its translations are dropped.</param>
/// <param name="Threshold">Times that a block is interpreted before it is translated, at most 255.</param>
public sealed record JitOptions(int CodeBytesPerHart = 16 << 20, int Threshold = 250)
{
    /// <summary>Asks for a listing of what is made of an address.</summary>
    public JitDump? Dump { get; init; }
}
