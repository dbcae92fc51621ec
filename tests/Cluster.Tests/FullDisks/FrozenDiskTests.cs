using Trapline.Cluster.Tests.Faults;
using Trapline.Cluster.Tests.InProcess;
using Trapline.Cluster.Tests.Processes;
using Trapline.Shared.Audit;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.Cluster.Tests.FullDisks;

/// <summary>
/// A host whose whole data root hangs: every write of volumes, moves, consoles and the audit. The guest executes and answers, the host keeps its lease,
/// reports, and takes orders; what has to be written waits.
/// </summary>
[Collection(OwnClusters.Name)]
public sealed class FrozenDiskTests : IAsyncLifetime
{
    /// <summary>More than the process's thread pool has threads for.</summary>
    private const int Hanging = 40;

    private static readonly Incarnation First = new(1);
    private static readonly MoveId Move = new("vm-1.1.1");

    private FrozenDisk? _disk;
    private LoneHost? _host;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _disk?.Thaw();
        if (_host is { } host)
        {
            _host = null;
            await host.DisposeAsync();
        }
    }

    [SkippableFact]
    public Task A_data_root_that_hangs_holds_up_neither_guests_nor_the_host() => StallWatch.OnSteadyMachineAsync(async () =>
    {
        await DisposeAsync(); // of an attempt that said nothing
        _host = await LoneHost.StartAsync(prepare: Prepare, cleanUp: () => _disk!.Dispose());
        await _host.StartVmAsync();
        await _disk!.FreezeAsync();
        await _host.AnswersAsync("while-it-hangs");
        for (var i = 0; i < Hanging; i++)
            _host.Order(new ForgetVm(new VmId($"gone-{i}"), First, DeleteVolumes: true));
        _host.Order(new SaveForMove(LoneRoot.Vm, First, Move));
        await _host.UntilAsync("it is paused and being saved", v => v is { State: VmState.Paused, Saving: not null });
        _host.Order(new CancelMove(LoneRoot.Vm, First, Move));
        await _host.UntilAsync("it runs again", v => v is { State: VmState.Running, Saving: null });

        // For longer than a lease.
        var began = TimeProvider.System.GetTimestamp();
        for (var i = 0; TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(4); i++)
            await _host.AnswersAsync($"word-{i}");
        _host.Order(new StopVm(LoneRoot.Vm, First, EndReason.StoppedByRequest, TimeSpan.Zero));
        await _host.UntilAsync("it is stopped", v => v is { State: VmState.Stopped, End: EndReason.StoppedByRequest });

        _disk.Thaw();
        await Waiting.UntilAsync("what waited is done", () => Task.FromResult(
            !Directory.EnumerateFileSystemEntries(_host.Root.Moves).Any() && !Directory.EnumerateDirectories(_host.Root.Volumes, "gone-*").Any()
            && Audit().Any(l => l.Kind == AuditKind.Stops)));
        Assert.DoesNotContain(Audit(), l => l.Kind == AuditKind.Lapse);
    });

    private void Prepare(string path)
    {
        _disk = FrozenDisk.Mount(path);
        for (var i = 0; i < Hanging; i++)
            Directory.CreateDirectory(Path.Combine(path, "volumes", $"gone-{i}"));
        LocalCluster.Install(path, "minios");
    }

    private List<AuditLine> Audit() => [.. RealCluster.LinesOf(Path.Combine(_host!.Root.HostFolder(LoneRoot.Host), "audit.jsonl")).Select(AuditLine.Parse).OfType<AuditLine>()];
}
