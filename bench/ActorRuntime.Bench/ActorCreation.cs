using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;

namespace Trapline.ActorRuntime.Bench;

/// <summary>Makes actors below the user guardian and waits until each has started. The memory benchmark counts their bytes.</summary>
internal sealed class ActorCreation(bool measureMemory) : IBenchmark
{
    private const int Actors = 100_000;

    public string Name => measureMemory ? "actor-memory" : "actor-creation";

    public string Unit => measureMemory ? "bytes/actor" : "actors/s";

    public double Bar => measureMemory ? 2_048 : 42_000;

    public bool LessIsBetter => measureMemory;

    public int Rounds => 5;

    public async Task<double> RunAsync()
    {
        using var system = ActorSystem.Create("actor-creation", ConfigurationFactory.ParseString(Quiet.Hocon));
        using var started = new CountdownEvent(Actors);
        var props = Props.Create(() => new Idle(started));
        var actors = new IActorRef[Actors];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < Actors; i++)
            actors[i] = system.ActorOf(props);
        await Task.Run(started.Wait);
        var perSecond = Actors / Stopwatch.GetElapsedTime(begun).TotalSeconds;
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Actors;
        GC.KeepAlive(actors);
        return measureMemory ? bytes : perSecond;
    }

    private sealed class Idle : ReceiveActor
    {
        public Idle(CountdownEvent started)
        {
            Receive<string>(_ => { });
            started.Signal();
        }
    }
}
