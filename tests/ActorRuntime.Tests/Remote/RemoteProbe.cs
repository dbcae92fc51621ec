using System.Threading.Channels;
using Akka.Actor;

namespace Trapline.ActorRuntime.Tests.Remote;

/// <summary>An actor that keeps what it receives for the test to look at, and does what the test asks it to do.</summary>
internal sealed class RemoteProbe
{
    /// <summary>Only reached when a test fails.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Channel<Received> _received = Channel.CreateUnbounded<Received>();

    public RemoteProbe(ActorSystem system, string? name = null) =>
        Ref = system.ActorOf(Props.Create(() => new ProbeActor(_received.Writer)), name);

    public IActorRef Ref { get; }

    /// <summary>The next message.</summary>
    public async Task<Received> NextAsync()
    {
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            return await _received.Reader.ReadAsync(timeout.Token);
        }
        catch (OperationCanceledException timedOut)
        {
            throw new TimeoutException($"{Ref} has received nothing for {Patience}.", timedOut);
        }
    }

    /// <summary>The next message, which is a <typeparamref name="T"/>.</summary>
    public async Task<T> NextAsync<T>() => Assert.IsAssignableFrom<T>((await NextAsync()).Message);

    /// <summary>The next message that is a <typeparamref name="T"/> and fits; others are passed over.</summary>
    public async Task<T> FishAsync<T>(Predicate<T>? fits = null)
    {
        while (true)
        {
            if ((await NextAsync()).Message is T message && (fits is null || fits(message)))
                return message;
        }
    }

    /// <summary>Whether nothing has been received that was not looked at.</summary>
    public bool IsEmpty => !_received.Reader.TryPeek(out _);

    /// <summary>Runs <paramref name="action"/> inside the actor and waits for it.</summary>
    public Task DoAsync(Action<IActorContext> action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Ref.Tell(new Do(context =>
        {
            action(context);
            done.SetResult();
        }));
        return done.Task.WaitAsync(Patience);
    }

    internal sealed record Received(object Message, IActorRef Sender);

    private sealed record Do(Action<IActorContext> Action) : INoSerializationVerificationNeeded;

    private sealed class ProbeActor(ChannelWriter<Received> received) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is Do work)
                work.Action(Context);
            else
                received.TryWrite(new Received(message, Sender));
        }
    }
}
