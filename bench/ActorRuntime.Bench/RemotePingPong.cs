using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;

namespace Trapline.ActorRuntime.Bench;

/// <summary>
/// Two systems in one process send each other strings over loopback TCP, with 64 messages in flight. Every message counts, in both
/// directions.
/// </summary>
internal sealed class RemotePingPong : IBenchmark
{
    private const int InFlight = 64;
    private const int RoundTrips = 300_000;

    public string Name => "remote-ping-pong";

    public string Unit => "messages/s";

    public double Bar => 150_000;

    public int Rounds => 4;

    public async Task<double> RunAsync()
    {
        var a = Start("a");
        var b = Start("b");
        try
        {
            b.ActorOf(Props.Create(() => new Pong()), "pong");
            var address = ((ExtendedActorSystem)b).Provider.DefaultAddress;
            var pong = await a.ActorSelection($"{address}/user/pong").ResolveOne(TimeSpan.FromSeconds(30));
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var ping = a.ActorOf(Props.Create(() => new Ping(pong, RoundTrips, done)));
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < InFlight; i++)
                pong.Tell("hit", ping);
            await done.Task;
            return 2 * RoundTrips / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
        finally
        {
            await Task.WhenAll(a.Terminate(), b.Terminate());
        }
    }

    private static ActorSystem Start(string name) => ActorSystem.Create(name, ConfigurationFactory.ParseString("""
        akka.loglevel = ERROR
        akka.actor.provider = remote
        akka.remote.dot-netty.tcp.hostname = "127.0.0.1"
        akka.remote.dot-netty.tcp.port = 0
        """));

    private sealed class Ping(IActorRef pong, int roundTrips, TaskCompletionSource done) : UntypedActor
    {
        private int _left = roundTrips;

        protected override void OnReceive(object message)
        {
            if (--_left == 0)
                done.TrySetResult();
            else
                pong.Tell(message, Self);
        }
    }

    private sealed class Pong : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message, Self);
    }
}
