using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Trapline.Shared.InstanceTypes;

/// <summary>
/// The instance types that exist. Three families of four sizes: <c>standard</c> balances, <c>highmem</c> has four times the memory of
/// standard, <c>highcpu</c> twice the harts and half the memory.
/// </summary>
public static class InstanceTypeCatalog
{
    /// <summary>All types, by family and size.</summary>
    public static ImmutableArray<InstanceType> All { get; } =
    [
        new("standard.small", Harts: 1, MemoryMiB: 128, CpuWeight: 100, CpuCapPercent: 100),
        new("standard.medium", Harts: 1, MemoryMiB: 256, CpuWeight: 200, CpuCapPercent: 100),
        new("standard.large", Harts: 2, MemoryMiB: 512, CpuWeight: 400, CpuCapPercent: 0),
        new("standard.xlarge", Harts: 4, MemoryMiB: 1024, CpuWeight: 800, CpuCapPercent: 0),
        new("highmem.small", Harts: 1, MemoryMiB: 512, CpuWeight: 100, CpuCapPercent: 100),
        new("highmem.medium", Harts: 1, MemoryMiB: 1024, CpuWeight: 200, CpuCapPercent: 100),
        new("highmem.large", Harts: 2, MemoryMiB: 2048, CpuWeight: 400, CpuCapPercent: 0),
        new("highmem.xlarge", Harts: 4, MemoryMiB: 4096, CpuWeight: 800, CpuCapPercent: 0),
        new("highcpu.small", Harts: 1, MemoryMiB: 64, CpuWeight: 200, CpuCapPercent: 0),
        new("highcpu.medium", Harts: 2, MemoryMiB: 128, CpuWeight: 400, CpuCapPercent: 0),
        new("highcpu.large", Harts: 4, MemoryMiB: 256, CpuWeight: 800, CpuCapPercent: 0),
        new("highcpu.xlarge", Harts: 8, MemoryMiB: 512, CpuWeight: 1600, CpuCapPercent: 0),
    ];

    private static readonly FrozenDictionary<string, InstanceType> ByName = All.ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);

    /// <summary>Finds a type by name; null if there is none.</summary>
    public static InstanceType? Find(string name) => ByName.GetValueOrDefault(name);
}
