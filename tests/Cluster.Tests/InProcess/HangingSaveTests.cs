using System.Text;
using Akka.Actor;
using Akka.Event;
using Trapline.Cluster.Tests.Audit;
using Trapline.Cluster.Tests.Fencing;
using Trapline.HostNode;
using Trapline.HostNode.Audit;
using Trapline.HostNode.Consoles;
using Trapline.HostNode.Hosting;
using Trapline.HostNode.Leases;
using Trapline.HostNode.Machines;
using Trapline.HostNode.Storage;
using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Machine.Scheduling;
using Trapline.Hypervisor.Tests.Snapshots;
using Trapline.Shared.Consoles;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Processes;
using Trapline.Shared.Vms;

namespace Trapline.Cluster.Tests.InProcess;

/// <summary>
/// A real host and a real guest on a disk that hangs while the guest is saved: whatever the save was for, the guest goes on, or ends, when that is
/// taken back, and nothing that still hangs comes to light when the disk works again.
/// </summary>
public sealed class HangingSaveTests : IAsyncLifetime
{
    private static readonly VmId Vm = new("vm-1");
    private static readonly Incarnation First = new(1);
    private static readonly MoveId Move = new("vm-1.1.1");
    private static readonly SnapshotId Snapshot = new("snap-1");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("trapline-");
    private readonly BlindController _controller = new();
    private readonly HangingStore _store = new(writesBefore: 1);
    private ActorSystem _system = null!;
    private IActorRef _host = null!;
    private MachineHost _machines = null!;
    private ConsoleKeeper _consoles = null!;
    private AuditLog _audit = null!;
    private HostFolder _folder = null!;
    private BootId _boot;

    private DataRoot Root => new(_data.FullName);

    public async Task InitializeAsync()
    {
        LocalCluster.Install(_data.FullName, "minios");
        var options = new NodeOptions(new HostId("a"), 0, [_controller.Address], _data.FullName, null);
        _system = ActorSystem.Create(NodeOptions.SystemName, NodeProcess.SettingsOf(options, HostDefaults.Config).Config);
        var (time, origin) = (TimeProvider.System, TimeProvider.System.GetTimestamp());
        _folder = HostFolder.Take(Root.HostFolder(options.Name));
        _audit = new AuditLog(Path.Combine(_folder.Path, "audit.jsonl"), options.Name, time);
        var permit = new LeasePermit(time, origin);
        _machines = new MachineHost(new SchedulerOptions { Permit = permit, Time = time });
        _consoles = new ConsoleKeeper(new ConsoleFiles(_data.FullName), Logging.GetLogger(_system, typeof(ConsoleKeeper)));
        var factory = new MachineFactory(_machines, Root, options.Name, TimeSpan.Zero, _store);
        var settings = new HostSettings { Host = options.Name, Capacity = new Resources(1600, 8192) };
        _host = _system.ActorOf(HostActor.Props(settings, new RemoteContacts(_system, options), new HostEnvironment(_folder, factory, permit, _audit, _consoles, time, origin)), HostActor.Name);
        _boot = (await _controller.Executing).Boot;
        Order(new StartVm(Vm, First, new VmSpec("web", new ImageName("minios"), "highcpu.small"), InstanceTypeCatalog.Find("highcpu.small")!));
        await AnswersAsync("first");
    }

    public async Task DisposeAsync()
    {
        _store.Repair();
        await _system.Terminate();
        _machines.Dispose();
        await _consoles.DisposeAsync();
        _audit.Dispose();
        _folder.Dispose();
        await _controller.DisposeAsync();
        Assert.Empty(Auditor.Of(_data.FullName).Complaints);
        _data.Delete(recursive: true);
        _store.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_move_that_is_cancelled_while_its_save_hangs_leaves_the_guest_running(bool actorFails)
    {
        Order(new SaveForMove(Vm, First, Move));
        await _store.Hangs.Task.WaitAsync(Patience);
        await UntilAsync(v => v is { State: VmState.Paused, Saving: not null, Move: null });
        if (actorFails)
            _host.Tell(new FailVmActor(Vm));
        Order(new SaveForMove(Vm, First, Move));
        Order(new CancelMove(Vm, First, Move));
        await UntilAsync(v => v is { State: VmState.Running, Saving: null, Move: null } && v.Incarnation == First);
        await AnswersAsync("second");

        _store.Repair();
        Assert.False(await _store.Closed.Task.WaitAsync(Patience), "what was given up is not saved after all");
        Order(new CancelMove(Vm, First, Move));
        await AnswersAsync("third");
    }

    [Fact]
    public async Task A_vm_whose_save_hangs_can_be_ended()
    {
        Order(new SaveForMove(Vm, First, Move));
        await _store.Hangs.Task.WaitAsync(Patience);
        Order(new StopVm(Vm, First, EndReason.StoppedByRequest, TimeSpan.Zero));
        await UntilAsync(v => v is { State: VmState.Stopped, End: EndReason.StoppedByRequest });
        _store.Repair();
        Assert.False(await _store.Closed.Task.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_snapshot_that_is_given_up_while_it_hangs_leaves_the_guest_running_and_nothing_on_the_disk()
    {
        _host.Tell(new SnapshotOrder(_boot, new TakeSnapshot(Snapshot, Vm, First)));
        await _store.Hangs.Task.WaitAsync(Patience);
        _host.Tell(new SnapshotOrder(_boot, new DropSnapshot(Snapshot)));
        await AnswersAsync("second");
        _store.Repair();
        Assert.False(await _store.Closed.Task.WaitAsync(Patience));
        var began = TimeProvider.System.GetTimestamp();
        while (Directory.EnumerateFileSystemEntries(Root.Snapshots).Any())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, "half a snapshot stays");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    private void Order(IVmCommand command) => _host.Tell(new VmOrder(_boot, command));

    private async Task UntilAsync(Func<VmReport, bool> wanted)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (; ; )
        {
            var vm = Assert.Single((await _host.Ask<HostView>(new HostQuery(), Patience)).Vms);
            if (wanted(vm))
                return;
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"not within {Patience}: {vm}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    /// <summary>The guest executes: it says what it is told to.</summary>
    private async Task AnswersAsync(string word)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var typed = false; ;)
        {
            var text = await _host.Ask<IWireMessage>(new ReadConsole(Vm, 0), Patience) is ConsoleBytes read ? Encoding.ASCII.GetString(read.Bytes) : "";
            if (text.Contains($"\n{word}\r\n", StringComparison.Ordinal))
                return;
            if (!typed && text.Contains("minios> ", StringComparison.Ordinal))
                typed = await _host.Ask<IWireMessage>(new TypeToConsole(Vm, Encoding.ASCII.GetBytes($"echo {word}\r")), Patience) is ConsoleTook { Taken: > 0 };
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"not within {Patience}: '{word}'\n{text}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }
}
