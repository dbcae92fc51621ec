using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;

namespace Trapline.ActorRuntime.Bench;

/// <summary>Two actors answer each other, with 64 messages under way all the time.</summary>
internal sealed class PingPong : IBenchmark
{
    private const int InFlight = 64;
    private const int Messages = 4_000_000;

    public string Name => "ping-pong";

    public string Unit => "messages/s";

    public double Bar => 4_400_000;

    public int Rounds => 7;

    public async Task<double> RunAsync()
    {
        using var system = ActorSystem.Create("ping-pong", ConfigurationFactory.ParseString(Quiet.Hocon));
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var pong = system.ActorOf(Props.Create(() => new Pong()));
        var ping = system.ActorOf(Props.Create(() => new Ping(Messages / 2, done)));
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < InFlight; i++)
            pong.Tell(Quiet.Message, ping);
        await done.Task;
        return Messages / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private sealed class Ping(int rounds, TaskCompletionSource done) : UntypedActor
    {
        private int _left = rounds;

        protected override void OnReceive(object message)
        {
            if (--_left > 0)
                Sender.Tell(message, Self);
            else
                done.TrySetResult();
        }
    }

    private sealed class Pong : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message, Self);
    }
}

/// <summary>What the local benchmarks share: a system that logs nothing, and one message.</summary>
internal static class Quiet
{
    internal const string Hocon = "akka { loglevel = ERROR, stdout-loglevel = ERROR, log-dead-letters = off }";

    internal static readonly object Message = new();
}
