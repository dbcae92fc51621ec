using Trapline.Hypervisor.Storage;

namespace Trapline.Hypervisor.Machine;

/// <summary>The disks of a machine, opened, in the order of the configuration.</summary>
internal sealed class DiskSet : IDisposable
{
    private DiskSet(IReadOnlyList<DiskConfig> configs, IReadOnlyList<IBlockBackend> backends) => (Configs, Backends) = (configs, backends);

    public IReadOnlyList<DiskConfig> Configs { get; }

    public IReadOnlyList<IBlockBackend> Backends { get; }

    /// <summary>Opens all, or none and says which one failed.</summary>
    public static Result<DiskSet> Open(IReadOnlyList<DiskConfig> configs)
    {
        var opened = new List<IBlockBackend>();
        foreach (var config in configs)
        {
            var (backend, fault) = OpenOne(config);
            if (backend is not null)
            {
                opened.Add(backend);
                continue;
            }

            foreach (var other in opened)
                other.Dispose();
            return new MachineError(MachineErrorKind.FileAccess, $"disk {config.Path} cannot be used ({fault!.Operation})", fault.Detail);
        }

        return new DiskSet(configs, opened);
    }

    /// <summary>Makes all writes durable; false if a disk could not.</summary>
    public bool Flush() => Backends.All(b => b.IsReadOnly || b.Flush() == BlockStatus.Ok);

    public void Dispose()
    {
        foreach (var backend in Backends)
            backend.Dispose();
    }

    private static (IBlockBackend? Backend, StorageFault? Fault) OpenOne(DiskConfig config)
    {
        var raw = RawDisk.Open(config.Path, config.ReadOnly);
        return (raw.Value, raw.Fault);
    }
}
