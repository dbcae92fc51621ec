namespace Trapline.Shared.InstanceTypes;

/// <summary>A named size of VM.</summary>
/// <param name="Name">Family and size, such as <c>standard.small</c>.</param>
/// <param name="Harts">Virtual CPUs, 1 to 8.</param>
/// <param name="MemoryMiB">Guest RAM in MiB.</param>
/// <param name="CpuWeight">Share of the processor when it is scarce; 100 is one part.</param>
/// <param name="CpuCapPercent">Most processor time in percent of one core; 0 is no cap.</param>
public sealed record InstanceType(string Name, int Harts, int MemoryMiB, int CpuWeight, int CpuCapPercent)
{
    /// <summary>What placement counts against a host's capacity.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Resources Demand => new(CpuWeight, MemoryMiB);
}

/// <summary>An amount of what hosts offer and VMs take.</summary>
/// <param name="CpuWeight">Parts of processor time; a host offers 100 times its cores times its overcommitment.</param>
/// <param name="MemoryMiB">Memory in MiB.</param>
public readonly record struct Resources(long CpuWeight, long MemoryMiB)
{
    /// <summary>Both together.</summary>
    public static Resources operator +(Resources a, Resources b) => new(a.CpuWeight + b.CpuWeight, a.MemoryMiB + b.MemoryMiB);

    /// <summary>What is left; may be negative.</summary>
    public static Resources operator -(Resources a, Resources b) => new(a.CpuWeight - b.CpuWeight, a.MemoryMiB - b.MemoryMiB);

    /// <summary>Whether <paramref name="demand"/> fits into this amount.</summary>
    public bool Covers(Resources demand) => demand.CpuWeight <= CpuWeight && demand.MemoryMiB <= MemoryMiB;
}
