namespace Trapline.Hypervisor.Engines.Jit.Translation;

/// <summary>Which translations are made.</summary>
public enum JitTiers
{
    /// <summary>Small ones first, and regions where time is spent.</summary>
    Both,

    /// <summary>Small ones only.</summary>
    Quick,

    /// <summary>Regions at once.</summary>
    Regions,
}
