namespace Trapline.Hypervisor.Cpu;

/// <summary>How an instruction ended.</summary>
public enum Outcome
{
    /// <summary>It retired.</summary>
    Retired,

    /// <summary>It trapped; the hart's pc points to the handler.</summary>
    Trapped,

    /// <summary>It needs the hypervisor: <see cref="Hart.Exit"/>; the hart's pc points to it.</summary>
    Exit,
}
