using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Trapline.Cluster.Tests.Audit;
using Trapline.Cluster.Tests.Fencing;
using Trapline.Cluster.Tests.Processes;
using Trapline.HostNode;
using Trapline.HostNode.Hosting;
using Trapline.HostNode.Storage;
using Trapline.Hypervisor.Machine.Snapshots;
using Trapline.Shared.Audit;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Processes;
using Trapline.Shared.Vms;

namespace Trapline.Cluster.Tests.InProcess;

/// <summary>
/// A real host with a real guest, alone: in the place of a controller one that grants everything and orders nothing, so that a test gives the orders.
/// </summary>
internal sealed class LoneHost : IAsyncDisposable
{
    private readonly LoneRoot _data;
    private readonly BlindController _controller;
    private readonly ActorSystem _system;
    private readonly IAsyncDisposable _node;
    private readonly BootId _boot;

    private LoneHost(LoneRoot data, BlindController controller, ActorSystem system, IAsyncDisposable node, BootId boot) =>
        (_data, _controller, _system, _node, _boot) = (data, controller, system, node, boot);

    /// <summary>The data root's path.</summary>
    public string Path => _data.Path;

    /// <summary>The data root.</summary>
    public DataRoot Root => _data.Root;

    private Action? CleanUp { get; init; }

    private ActorSelection Host => _system.ActorSelection($"/user/{HostActor.Name}");

    /// <summary>Starts a host, without a VM.</summary>
    /// <param name="image">The built-in guest that there is.</param>
    /// <param name="commandLine">What it is told, if anything.</param>
    /// <param name="store">Where machines are saved, if not on the disk.</param>
    /// <param name="prepare">Does something to the data root first.</param>
    /// <param name="cleanUp">Does something to it at the end, when nobody uses it any more.</param>
    public static async Task<LoneHost> StartAsync(string image = "minios", string? commandLine = null, ISnapshotStore? store = null, Action<string>? prepare = null, Action? cleanUp = null)
    {
        var (data, controller) = (new LoneRoot(image, commandLine), new BlindController());
        prepare?.Invoke(data.Path);
        var options = new NodeOptions(LoneRoot.Host, 0, [controller.Address], data.Path, null);
        var settings = NodeProcess.SettingsOf(options, ConfigurationFactory.ParseString("trapline.host.drain-time = 0s").WithFallback(HostDefaults.Config));
        var system = ActorSystem.Create(NodeOptions.SystemName, settings.Config);
        var node = HostProcess.Start(system, options, settings, store ?? SnapshotStore.OnDisk);
        return new LoneHost(data, controller, system, node, (await controller.Executing).Boot) { CleanUp = cleanUp };
    }

    /// <summary>Starts the first incarnation of the VM, and waits until it answers.</summary>
    public async Task StartVmAsync()
    {
        Order(_data.Start(1));
        await AnswersAsync("first");
    }

    /// <summary>The order to start an incarnation.</summary>
    public StartVm Start(long incarnation) => _data.Start(incarnation);

    /// <summary>Orders something as the controller would.</summary>
    public void Order(IVmCommand command) => Host.Tell(new VmOrder(_boot, command));

    /// <summary>Orders something about a snapshot.</summary>
    public void Order(ISnapshotCommand command) => Host.Tell(new SnapshotOrder(_boot, command));

    /// <summary>Has the VM's actor fail.</summary>
    public void FailVmActor() => Host.Tell(new FailVmActor(LoneRoot.Vm));

    /// <summary>The life in which it began.</summary>
    public BootId FirstBoot => _boot;

    /// <summary>From now on the lease keeper calls the first life lost; the controller says nothing.</summary>
    public void CallLost() => _controller.CallLost(_boot);

    /// <summary>What the host says of itself.</summary>
    public Task<HostView> ViewAsync() => Host.Ask<HostView>(new HostQuery(), Waiting.Patience);

    /// <summary>When the VM began and ceased to execute, as the audit has it.</summary>
    public IReadOnlyList<AuditKind> Executions() =>
        [.. RealCluster.LinesOf(System.IO.Path.Combine(Root.HostFolder(LoneRoot.Host), "audit.jsonl"))
            .Select(AuditLine.Parse).OfType<AuditLine>().Where(l => l.Vm == LoneRoot.Vm).Select(l => l.Kind)];

    /// <summary>All VMs. Asked behind the orders, on the same way: the answer comes after they were carried out.</summary>
    public async Task<IReadOnlyList<VmReport>> VmsAsync() => (await ViewAsync()).Vms;

    /// <summary>Waits until the VM is as wanted.</summary>
    public async Task UntilAsync(string what, Func<VmReport, bool> wanted)
    {
        VmReport? last = null;
        await Waiting.UntilAsync(what, async () => (last = Assert.Single(await VmsAsync())) is not null && wanted(last), () => $"{last}");
    }

    /// <summary>Waits until the guest has said something.</summary>
    public async Task SaysAsync(string what)
    {
        var text = "";
        await Waiting.UntilAsync($"the guest says '{what}'", async () => (text = await ConsoleAsync()).Contains(what, StringComparison.Ordinal), () => text);
    }

    /// <summary>The guest executes: it says what it is told to.</summary>
    public async Task AnswersAsync(string word)
    {
        var (text, typed) = ("", false);
        await Waiting.UntilAsync(
            $"the guest says '{word}'",
            async () =>
            {
                text = await ConsoleAsync();
                if (!typed && text.Contains("minios> ", StringComparison.Ordinal))
                    typed = await Host.Ask<IWireMessage>(new TypeToConsole(LoneRoot.Vm, Encoding.ASCII.GetBytes($"echo {word}\r")), Waiting.Patience) is ConsoleTook { Taken: > 0 };
                return text.Contains($"\n{word}\r\n", StringComparison.Ordinal);
            },
            () => text);
    }

    private async Task<string> ConsoleAsync() =>
        await Host.Ask<IWireMessage>(new ReadConsole(LoneRoot.Vm, 0), Waiting.Patience) is ConsoleBytes read ? Encoding.ASCII.GetString(read.Bytes) : "";

    /// <summary>Ends the host; no VM has executed twice at a time.</summary>
    public async ValueTask DisposeAsync()
    {
        await _system.Terminate();
        await _node.DisposeAsync();
        await _controller.DisposeAsync();
        Assert.Empty(Auditor.Of(Path).Complaints);
        CleanUp?.Invoke();
        _data.Dispose();
    }
}
