// usage: ActorRuntime.Node <system> <scenario> <HOCON>
//
// Starts an actor system, lets the scenario set it up, and prints "ready <address>". Lines on standard input go to the scenario.
// When standard input ends, or on SIGTERM, the system leaves in order and the process ends with 0. Tests that want a crash kill
// the process.
using System.Runtime.InteropServices;
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
var onLine = setUp(system);
var endOfWork = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    endOfWork.TrySetResult();
});
await Console.Out.WriteLineAsync($"ready {((ExtendedActorSystem)system).Provider.DefaultAddress}");

_ = Task.Run(async () =>
{
    while (await Console.In.ReadLineAsync() is { } line)
        onLine(line);
    endOfWork.TrySetResult();
});
if (await Task.WhenAny(endOfWork.Task, system.WhenTerminated) == endOfWork.Task)
    await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance);
await system.WhenTerminated;
return 0;
