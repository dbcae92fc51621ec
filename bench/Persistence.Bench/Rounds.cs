using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;

namespace Trapline.Bench.Persistence;

/// <summary>One measurement each, with an actor system of its own.</summary>
public static class Rounds
{
    /// <summary>Lets new actors store events; returns events per second from the first command to the last handler.</summary>
    public static async Task<double> StoreAsync(Config config, string prefix, int actors, int events, int perCommand)
    {
        var system = ActorSystem.Create("bench", config);
        var finish = new Countdown(actors);
        var recovered = new Countdown(actors);
        var refs = StartActors(system, prefix, actors, events, recovered, finish);
        await recovered.Done;
        var clock = Stopwatch.StartNew();
        for (var sent = 0; sent < events; sent += perCommand)
        {
            var command = new StoreCommand(Math.Min(perCommand, events - sent));
            foreach (var actor in refs)
                actor.Tell(command);
        }

        await finish.Done;
        clock.Stop();
        await system.Terminate();
        return (double)actors * events / clock.Elapsed.TotalSeconds;
    }

    /// <summary>Lets actors recover from their events; returns events per second from the first start to the last completion.</summary>
    public static async Task<double> ReplayAsync(Config config, string prefix, int actors, int events)
    {
        var system = ActorSystem.Create("bench", config);
        var recovered = new Countdown(actors);
        var clock = Stopwatch.StartNew();
        StartActors(system, prefix, actors, events, recovered, new Countdown(actors));
        await recovered.Done;
        clock.Stop();
        await system.Terminate();
        return (double)actors * events / clock.Elapsed.TotalSeconds;
    }

    private static List<IActorRef> StartActors(
        ActorSystem system, string prefix, int actors, int events, Countdown recovered, Countdown finish) =>
        [.. Enumerable.Range(0, actors).Select(i =>
            system.ActorOf(Props.Create(() => new StoringActor(prefix + i, events, recovered, finish)), prefix + i))];
}
