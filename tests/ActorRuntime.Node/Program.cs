// usage: ActorRuntime.Node <system> <scenario> <HOCON>
//
// Starts an actor system, lets the scenario set it up, and prints "ready <address>". Ends when standard input ends; then, or on
// SIGTERM, the system leaves in order. Tests that want a crash kill the process.
using Akka.Actor;
using Akka.Configuration;
using Trapline.ActorRuntime.Node;

if (args.Length != 3)
{
    await Console.Error.WriteLineAsync("usage: ActorRuntime.Node <system> <scenario> <HOCON>");
    return 2;
}

if (!Scenarios.All.TryGetValue(args[1], out var setUp))
{
    await Console.Error.WriteLineAsync($"unknown scenario '{args[1]}'; there are: {string.Join(", ", Scenarios.All.Keys)}");
    return 2;
}

var system = ActorSystem.Create(args[0], ConfigurationFactory.ParseString(args[2]));
setUp(system);
await Console.Out.WriteLineAsync($"ready {((ExtendedActorSystem)system).Provider.DefaultAddress}");

var inputEnded = Task.Run(async () =>
{
    while (await Console.In.ReadLineAsync() is not null)
    {
        // What is said does not matter, only that somebody is there to say it.
    }
});
if (await Task.WhenAny(inputEnded, system.WhenTerminated) == inputEnded)
    await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance);
await system.WhenTerminated;
return 0;
