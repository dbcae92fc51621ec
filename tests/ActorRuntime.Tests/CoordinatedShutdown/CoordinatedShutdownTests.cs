using System.Collections.Concurrent;
using Akka;
using Akka.Actor;
using Akka.Configuration;
using Shutdown = Akka.Actor.CoordinatedShutdown;

namespace Trapline.ActorRuntime.Tests.CoordinatedShutdown;

public sealed class CoordinatedShutdownTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Phases_run_in_the_documented_order()
    {
        var system = Create("order");
        var shutdown = Shutdown.Get(system);
        var log = new ConcurrentQueue<string>();
        string[] phases =
        [
            Shutdown.PhaseBeforeServiceUnbind, Shutdown.PhaseServiceUnbind, Shutdown.PhaseServiceRequestsDone, Shutdown.PhaseServiceStop,
            Shutdown.PhaseBeforeClusterShutdown, Shutdown.PhaseClusterShardingShutdownRegion, Shutdown.PhaseClusterLeave, Shutdown.PhaseClusterExiting,
            Shutdown.PhaseClusterExitingDone, Shutdown.PhaseClusterShutdown, Shutdown.PhaseBeforeActorSystemTerminate, Shutdown.PhaseActorSystemTerminate,
        ];
        foreach (var phase in phases.Reverse())
            shutdown.AddTask(phase, "note", () => Note(log, phase));
        await shutdown.Run(Shutdown.UnknownReason.Instance).WaitAsync(Patience, TimeProvider.System);
        Assert.Equal(phases, log);
        await system.WhenTerminated.WaitAsync(Patience, TimeProvider.System);
    }

    [Fact]
    public async Task Terminate_runs_it_and_names_the_reason()
    {
        var system = Create("terminate");
        var shutdown = Shutdown.Get(system);
        var log = new ConcurrentQueue<string>();
        shutdown.AddTask(Shutdown.PhaseBeforeServiceUnbind, "note", () => Note(log, "ran"));
        Assert.Null(shutdown.ShutdownReason);
        await system.Terminate().WaitAsync(Patience, TimeProvider.System);
        Assert.Equal(["ran"], log);
        Assert.Same(Shutdown.ActorSystemTerminateReason.Instance, shutdown.ShutdownReason);
    }

    [Fact]
    public async Task A_phase_that_takes_too_long_or_fails_does_not_hold_up_the_next()
    {
        var system = Create("slow", "akka.coordinated-shutdown.phases.service-unbind.timeout = 100ms");
        var shutdown = Shutdown.Get(system);
        var log = new ConcurrentQueue<string>();
        shutdown.AddTask(Shutdown.PhaseServiceUnbind, "never", () => new TaskCompletionSource<Done>().Task);
        shutdown.AddTask(Shutdown.PhaseServiceRequestsDone, "fails", () => Task.FromException<Done>(new InvalidOperationException("task")));
        shutdown.AddTask(Shutdown.PhaseServiceStop, "note", () => Note(log, "reached"));
        await shutdown.Run(Shutdown.UnknownReason.Instance).WaitAsync(Patience, TimeProvider.System);
        Assert.Equal(["reached"], log);
    }

    [Fact]
    public async Task It_runs_once()
    {
        var system = Create("once");
        var shutdown = Shutdown.Get(system);
        var log = new ConcurrentQueue<string>();
        shutdown.AddTask(Shutdown.PhaseServiceStop, "note", () => Note(log, "ran"));
        await Task.WhenAll(
            shutdown.Run(Shutdown.ClusterLeavingReason.Instance),
            shutdown.Run(Shutdown.UnknownReason.Instance)).WaitAsync(Patience, TimeProvider.System);
        Assert.Equal(["ran"], log);
        Assert.Same(Shutdown.ClusterLeavingReason.Instance, shutdown.ShutdownReason);
    }

    [Fact]
    public async Task It_can_begin_at_a_later_phase()
    {
        var system = Create("later");
        var shutdown = Shutdown.Get(system);
        var log = new ConcurrentQueue<string>();
        shutdown.AddTask(Shutdown.PhaseServiceUnbind, "early", () => Note(log, "early"));
        shutdown.AddTask(Shutdown.PhaseServiceStop, "late", () => Note(log, "late"));
        await shutdown.Run(Shutdown.UnknownReason.Instance, Shutdown.PhaseServiceStop).WaitAsync(Patience, TimeProvider.System);
        Assert.Equal(["late"], log);
    }

    [Fact]
    public async Task An_unknown_phase_is_refused()
    {
        var system = Create("unknown");
        Assert.Throws<ConfigurationException>(() => Shutdown.Get(system).AddTask("no-such-phase", "x", () => Task.FromResult(Done.Instance)));
        await system.Terminate().WaitAsync(Patience, TimeProvider.System);
    }

    private static ActorSystem Create(string name, string config = "") => ActorSystem.Create(name, ConfigurationFactory.ParseString(
        config + "\nakka.loglevel = ERROR\nakka.stdout-loglevel = OFF\nakka.coordinated-shutdown.run-by-clr-shutdown-hook = off"));

    private static Task<Done> Note(ConcurrentQueue<string> log, string text)
    {
        log.Enqueue(text);
        return Task.FromResult(Done.Instance);
    }
}
