using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;

namespace Trapline.ActorRuntime.Bench;

/// <summary>One thread tells one actor, which counts.</summary>
internal sealed class OneWayTell : IBenchmark
{
    private const int Messages = 5_000_000;

    public string Name => "one-way-tell";

    public string Unit => "messages/s";

    public double Bar => 11_000_000;

    public int Rounds => 9;

    public async Task<double> RunAsync()
    {
        using var system = ActorSystem.Create("one-way-tell", ConfigurationFactory.ParseString(Quiet.Hocon));
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var counter = system.ActorOf(Props.Create(() => new Counter(Messages, done)));
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Messages; i++)
            counter.Tell(Quiet.Message, ActorRefs.NoSender);
        await done.Task;
        return Messages / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private sealed class Counter(int messages, TaskCompletionSource done) : UntypedActor
    {
        private int _left = messages;

        protected override void OnReceive(object message)
        {
            if (--_left == 0)
                done.TrySetResult();
        }
    }
}
