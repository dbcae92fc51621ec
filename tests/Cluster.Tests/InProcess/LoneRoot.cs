using Trapline.HostNode.Machines;
using Trapline.HostNode.Storage;
using Trapline.Hypervisor.Machine;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Cluster.Tests.InProcess;

/// <summary>A data root with one built-in guest, for tests of a host, or of parts of one, without a cluster.</summary>
internal sealed class LoneRoot : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("trapline-");
    private readonly string _image;
    private readonly string? _commandLine;

    public LoneRoot(string image, string? commandLine = null)
    {
        (_image, _commandLine) = (image, commandLine);
        LocalCluster.Install(Path, image);
    }

    /// <summary>The one VM.</summary>
    public static VmId Vm { get; } = new("vm-1");

    /// <summary>The one host.</summary>
    public static HostId Host { get; } = new("a");

    public string Path => _data.FullName;

    public DataRoot Root => new(Path);

    /// <summary>The order to start an incarnation of the VM.</summary>
    public StartVm Start(long incarnation) =>
        new(Vm, new Incarnation(incarnation), new VmSpec("web", new ImageName(_image), "highcpu.small", _commandLine), InstanceTypeCatalog.Find("highcpu.small")!);

    /// <summary>What builds the VM's machines.</summary>
    public MachineFactory Factory(MachineHost machines) => new(machines, Root, Host, TimeSpan.Zero);

    public void Dispose() => _data.Delete(recursive: true);
}
