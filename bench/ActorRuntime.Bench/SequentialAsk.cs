using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;

namespace Trapline.ActorRuntime.Bench;

/// <summary>One task asks one actor, and asks again when it has the answer; with or without a time limit for each ask.</summary>
internal sealed class SequentialAsk(bool timeLimit) : IBenchmark
{
    private const int Asks = 500_000;

    public string Name => timeLimit ? "ask-with-timeout" : "sequential-ask";

    public string Unit => "asks/s";

    public double Bar => 430_000;

    public int Rounds => 7;

    public async Task<double> RunAsync()
    {
        using var system = ActorSystem.Create("sequential-ask", ConfigurationFactory.ParseString(Quiet.Hocon));
        var echo = system.ActorOf(Props.Create(() => new Echo()));
        TimeSpan? limit = timeLimit ? TimeSpan.FromMinutes(1) : null;
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Asks; i++)
            _ = await echo.Ask<object>(Quiet.Message, limit);
        return Asks / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message, Self);
    }
}
