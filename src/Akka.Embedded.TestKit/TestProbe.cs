using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Util;

namespace Akka.TestKit;

/// <summary>An actor whose messages a test looks at; is itself the reference to that actor.</summary>
public class TestProbe : TestKitBase, INoImplicitSender, IInternalActorRef
{
    /// <summary>Makes a probe in <paramref name="system"/>.</summary>
    public TestProbe(ActorSystem system, ITestKitAssertions assertions, string? testProbeName = null)
        : base(assertions, system, testProbeName)
    {
    }

    /// <summary>Who sent the message looked at last.</summary>
    public IActorRef Sender => LastSender;

    /// <summary>The actor.</summary>
    public IActorRef Ref => TestActor;

    ActorPath IActorRef.Path => TestActor.Path;

    bool IActorRefScope.IsLocal => true;

    IInternalActorRef IInternalActorRef.Parent => Actor.Parent;

    IActorRefProvider IInternalActorRef.Provider => Actor.Provider;

#pragma warning disable CS0618 // The probe has to implement what the interface still has.
    bool IInternalActorRef.IsTerminated => Actor.IsTerminated;
#pragma warning restore CS0618

    private IInternalActorRef Actor => (IInternalActorRef)TestActor;

    /// <summary>Sends from the probe.</summary>
    public void Send(IActorRef actor, object message) => actor.Tell(message, TestActor);

    /// <summary>Passes the message looked at last on, with its sender.</summary>
    public void Forward(IActorRef actor) => actor.Tell(LastMessage, LastSender);

    /// <summary>Sends with the sender of the message looked at last.</summary>
    public void Forward(IActorRef actor, object message) => actor.Tell(message, LastSender);

    /// <summary>Answers the message looked at last.</summary>
    public void Reply(object message) => LastSender.Tell(message, TestActor);

    /// <summary>Makes a child of the probe.</summary>
    public IActorRef ChildActorOf<T>(string name, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default)
        where T : ActorBase => ChildActorOf(Props.Create(typeof(T)), name, supervisorStrategy, cancellationToken);

    /// <summary>Makes a child of the probe.</summary>
    public IActorRef ChildActorOf<T>(SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default)
        where T : ActorBase => ChildActorOf(Props.Create(typeof(T)), supervisorStrategy, cancellationToken);

    /// <summary>Makes a child of the probe.</summary>
    public IActorRef ChildActorOf<T>(string name, CancellationToken cancellationToken = default)
        where T : ActorBase => ChildActorOf(Props.Create(typeof(T)), name, cancellationToken);

    /// <summary>Makes a child of the probe.</summary>
    public IActorRef ChildActorOf<T>(CancellationToken cancellationToken = default)
        where T : ActorBase => ChildActorOf(Props.Create(typeof(T)), cancellationToken);

    /// <summary>Sends a message of the runtime itself to the probe.</summary>
    public void SendSystemMessage(ISystemMessage message) => Actor.SendSystemMessage(message);

    /// <inheritdoc/>
    public int CompareTo(object? obj) => TestActor.CompareTo(obj);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => TestActor.Equals(obj is TestProbe probe ? probe.TestActor : obj);

    /// <inheritdoc/>
    public override int GetHashCode() => TestActor.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => TestActor.ToString()!;

    void ICanTell.Tell(object message, IActorRef? sender) => TestActor.Tell(message, sender);

    bool IEquatable<IActorRef>.Equals(IActorRef? other) => TestActor.Equals(other is TestProbe probe ? probe.TestActor : other);

    int IComparable<IActorRef>.CompareTo(IActorRef? other) => TestActor.CompareTo(other);

    ISurrogate ISurrogated.ToSurrogate(ActorSystem system) => TestActor.ToSurrogate(system);

    IActorRef IInternalActorRef.GetChild(IReadOnlyList<string> name) => Actor.GetChild(name);

    void IInternalActorRef.Resume(Exception? causedByFailure) => Actor.Resume(causedByFailure);

    void IInternalActorRef.Start() => Actor.Start();

    void IInternalActorRef.Stop() => Actor.Stop();

    void IInternalActorRef.Restart(Exception cause) => Actor.Restart(cause);

    void IInternalActorRef.Suspend() => Actor.Suspend();
}
