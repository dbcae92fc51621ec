namespace Trapline.Hypervisor.Cpu;

/// <summary>Privilege modes with their encoding (privileged specification, section 1.2).</summary>
public enum Privilege : byte
{
    /// <summary>Applications.</summary>
    User = 0,

    /// <summary>Operating systems.</summary>
    Supervisor = 1,

    /// <summary>Firmware; in a direct boot the hypervisor stands in for it.</summary>
    Machine = 3,
}
