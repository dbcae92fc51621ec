// The kit's methods are one class in the API; here they are parted by topic: this file has the life cycle and what makes
// actors, TestKitBase.Receive.cs takes messages out, .Expect.cs and .ExpectAll.cs judge them, .Await.cs waits for conditions,
// .Within.cs keeps deadlines. Each waiting method exists twice in the API (blocking, and as a task); both call one method here
// that gets a flag "block" and completes at once if it is set.
using System.Diagnostics;
using System.Linq.Expressions;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit.Internal;
using Akka.Util;

namespace Akka.TestKit;

/// <summary>Base of tests of actors: brings a system, and an actor whose messages the test looks at.</summary>
public abstract partial class TestKitBase : IActorRefFactory
{
    private static long _testActorNumber;

    private readonly ITestKitAssertions _assertions;
    private readonly TestMessageQueue _queue = new();
    private ActorSystem _system = null!;
    private IActorRef _testActor = null!;
    private TestKitSettings _settings = null!;
    private ILoggingAdapter _log = null!;
    private EventFilterFactory _eventFilter = null!;
    private MessageEnvelope _last = NullMessageEnvelope.Instance;
    private TimeSpan? _end;
    private bool _lastWasNoMsg;

    /// <summary>Tests in <paramref name="system"/>, or in a new one.</summary>
    protected TestKitBase(ITestKitAssertions assertions, ActorSystem? system = null, string? testActorName = null)
        : this(assertions, system, ActorSystemSetup.Empty, null, testActorName)
    {
    }

    /// <summary>Tests in a new system.</summary>
    protected TestKitBase(ITestKitAssertions assertions, ActorSystemSetup setup, string? actorSystemName = null, string? testActorName = null)
        : this(assertions, null, setup, actorSystemName, testActorName)
    {
    }

    /// <summary>Tests in a new system.</summary>
    protected TestKitBase(ITestKitAssertions assertions, Config config, string? actorSystemName = null, string? testActorName = null)
        : this(assertions, null, ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config)), actorSystemName, testActorName)
    {
    }

    /// <summary>Tests in <paramref name="system"/>, or in a new one.</summary>
    protected TestKitBase(ITestKitAssertions assertions, ActorSystem? system, ActorSystemSetup config, string? actorSystemName, string? testActorName)
    {
        ArgumentNullException.ThrowIfNull(assertions);
        _assertions = assertions;
        InitializeTest(system, config, actorSystemName, testActorName);
    }

    /// <summary>What the kit adds to a system's configuration.</summary>
    public static Config DefaultConfig => ConfigurationFactory.FromResource<TestKitBase>("Akka.TestKit.reference.conf");

    /// <summary>Logs as much as there is.</summary>
    public static Config FullDebugConfig => ConfigurationFactory.ParseString(
        """
        akka.log-dead-letters-during-shutdown = true
        akka.actor.debug { receive = true, autoreceive = true, lifecycle = true, event-stream = true, unhandled = true }
        akka.loglevel = DEBUG
        akka.stdout-loglevel = DEBUG
        """);

    /// <summary>The time that the kit measures with.</summary>
    public static TimeSpan Now => Stopwatch.GetElapsedTime(0);

    /// <summary>The system.</summary>
    public ActorSystem Sys => _system;

    /// <summary>What configuration says about the kit.</summary>
    public TestKitSettings TestKitSettings => _settings;

    /// <summary>The actor whose messages the test looks at.</summary>
    public IActorRef TestActor => _testActor;

    /// <summary>Who sent the message looked at last.</summary>
    public IActorRef LastSender => _last.Sender;

    /// <summary>The message looked at last.</summary>
    public object LastMessage => _last.Message;

    /// <summary>Whether there are messages that have not been looked at.</summary>
    public bool HasMessages => _queue.Count > 0;

    /// <summary>Waits for log entries.</summary>
    public EventFilterFactory EventFilter => _eventFilter;

    /// <summary>Logs on behalf of the test.</summary>
    public ILoggingAdapter Log => _log;

    /// <summary>Waits for log entries of another system.</summary>
    public EventFilterFactory CreateEventFilter(ActorSystem system) => new(this, system);

    /// <inheritdoc cref="IActorRefFactory.ActorOf"/>
    public IActorRef ActorOf(Props props) => Sys.ActorOf(props);

    /// <inheritdoc/>
    public IActorRef ActorOf(Props props, string? name) => Sys.ActorOf(props, name);

    /// <summary>Makes an actor of a class with a constructor without parameters.</summary>
    public IActorRef ActorOf<TActor>()
        where TActor : ActorBase, new() => Sys.ActorOf(Props.Create<TActor>());

    /// <summary>Makes an actor of a class with a constructor without parameters.</summary>
    public IActorRef ActorOf<TActor>(string name)
        where TActor : ActorBase, new() => Sys.ActorOf(Props.Create<TActor>(), name);

    /// <summary>Makes an actor.</summary>
    public IActorRef ActorOf<TActor>(Expression<Func<TActor>> factory)
        where TActor : ActorBase => Sys.ActorOf(Props.Create(factory));

    /// <summary>Makes an actor.</summary>
    public IActorRef ActorOf<TActor>(Expression<Func<TActor>> factory, string name)
        where TActor : ActorBase => Sys.ActorOf(Props.Create(factory), name);

    /// <inheritdoc/>
    public ActorSelection ActorSelection(ActorPath actorPath) => Sys.ActorSelection(actorPath);

    /// <inheritdoc/>
    public ActorSelection ActorSelection(string actorPath) => Sys.ActorSelection(actorPath);

    /// <summary>The actors at <paramref name="actorPath"/>, seen from <paramref name="anchorRef"/>.</summary>
    public ActorSelection ActorSelection(IActorRef anchorRef, string actorPath) => Sys.ActorSelection(anchorRef, actorPath);

    /// <summary>Makes another actor whose messages a test looks at.</summary>
    public virtual TestProbe CreateTestProbe(string? name = null) => new(Sys, _assertions, name);

    /// <summary>Makes another actor whose messages a test looks at, in another system.</summary>
    public virtual TestProbe CreateTestProbe(ActorSystem system, string? name = null) => new(system, _assertions, name);

    /// <summary>Makes an actor that puts what it gets into this kit's queue.</summary>
    public IActorRef CreateTestActor(string name) => CreateTestActor(_system, name);

    /// <summary>Makes a latch.</summary>
    public virtual TestLatch CreateTestLatch(int count = 1) => new KitLatch(this, count);

    /// <summary>Makes a barrier.</summary>
    public TestBarrier CreateTestBarrier(int count) => new(this, count);

    /// <summary>Makes a child of the test actor.</summary>
    public IActorRef ChildActorOf(Props props, string name, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default) =>
        ChildActorOfAsync(props, name, supervisorStrategy, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Makes a child of the test actor.</summary>
    public IActorRef ChildActorOf(Props props, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default) =>
        ChildActorOfAsync(props, supervisorStrategy, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Makes a child of the test actor.</summary>
    public IActorRef ChildActorOf(Props props, string name, CancellationToken cancellationToken = default) =>
        ChildActorOfAsync(props, name, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Makes a child of the test actor.</summary>
    public IActorRef ChildActorOf(Props props, CancellationToken cancellationToken = default) =>
        ChildActorOfAsync(props, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Makes a child of the test actor.</summary>
    public Task<IActorRef> ChildActorOfAsync(Props props, string name, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default) =>
        Spawn(props, name, Option<SupervisorStrategy>.Create(supervisorStrategy), cancellationToken);

    /// <summary>Makes a child of the test actor.</summary>
    public Task<IActorRef> ChildActorOfAsync(Props props, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default) =>
        Spawn(props, Option<string>.None, Option<SupervisorStrategy>.Create(supervisorStrategy), cancellationToken);

    /// <summary>Makes a child of the test actor.</summary>
    public Task<IActorRef> ChildActorOfAsync(Props props, string name, CancellationToken cancellationToken = default) =>
        Spawn(props, name, Option<SupervisorStrategy>.None, cancellationToken);

    /// <summary>Makes a child of the test actor.</summary>
    public Task<IActorRef> ChildActorOfAsync(Props props, CancellationToken cancellationToken = default) =>
        Spawn(props, Option<string>.None, Option<SupervisorStrategy>.None, cancellationToken);

    /// <summary>Makes the test actor watch another one.</summary>
    public IActorRef Watch(IActorRef actorToWatch) => WatchAsync(actorToWatch).GetAwaiter().GetResult();

    /// <summary>Makes the test actor watch another one.</summary>
    public Task<IActorRef> WatchAsync(IActorRef actorToWatch) =>
        TestActor.Ask<IActorRef>(new TestActor.Watch(actorToWatch), TestKitSettings.DefaultTimeout);

    /// <summary>Makes the test actor watch another one no longer.</summary>
    public IActorRef Unwatch(IActorRef actorToUnwatch) => UnwatchAsync(actorToUnwatch).GetAwaiter().GetResult();

    /// <summary>Makes the test actor watch another one no longer.</summary>
    public Task<IActorRef> UnwatchAsync(IActorRef actorToUnwatch) =>
        TestActor.Ask<IActorRef>(new TestActor.Unwatch(actorToUnwatch), TestKitSettings.DefaultTimeout);

    /// <summary>Ignores messages for which <paramref name="shouldIgnoreMessage"/> is true.</summary>
    public void IgnoreMessages(Func<object, bool> shouldIgnoreMessage) =>
        TestActor.Tell(new TestActor.SetIgnore(m => shouldIgnoreMessage(m)), ActorRefs.NoSender);

    /// <summary>Ignores messages of a type for which <paramref name="shouldIgnoreMessage"/> is true.</summary>
    public void IgnoreMessages<TMsg>(Func<TMsg, bool> shouldIgnoreMessage) => IgnoreMessages(m => m is TMsg typed && shouldIgnoreMessage(typed));

    /// <summary>Ignores messages of a type.</summary>
    public void IgnoreMessages<TMsg>() => IgnoreMessages(static m => m is TMsg);

    /// <summary>Ignores no messages any more.</summary>
    public void IgnoreNoMessages() => TestActor.Tell(new TestActor.SetIgnore(null), ActorRefs.NoSender);

    /// <summary>Lets <paramref name="pilot"/> answer messages to the test actor.</summary>
    public void SetAutoPilot(AutoPilot pilot) => TestActor.Tell(new TestActor.SetAutoPilot(pilot), ActorRefs.NoSender);

    /// <summary>Ends the system and waits for it.</summary>
    public virtual void Shutdown(TimeSpan? duration = null, bool verifySystemShutdown = false) => Shutdown(_system, duration, verifySystemShutdown);

    /// <summary>Ends <paramref name="system"/> and waits for it.</summary>
    protected virtual void Shutdown(ActorSystem system, TimeSpan? duration = null, bool verifySystemShutdown = false)
    {
        var limit = duration ?? TimeSpan.FromTicks(Math.Clamp(
            Dilated(TimeSpan.FromSeconds(5)).Ticks, TimeSpan.FromSeconds(1).Ticks, TimeSpan.FromSeconds(10).Ticks));
        if (_testActor is LocalActorRef local && ReferenceEquals(ActorCell.Current, local.Cell))
        {
            ActorCell.Current = null;
            if (SynchronizationContext.Current is ImplicitSenderContext)
                SynchronizationContext.SetSynchronizationContext(null);
        }

        var ended = system.Terminate().Wait(limit);
        if (ended)
            return;
        const string Message = "Failed to stop [{0}] within [{1}]\n{2}";
        var text = string.Format(System.Globalization.CultureInfo.InvariantCulture, Message, system.Name, limit, ((ExtendedActorSystem)system).PrintTree());
        if (verifySystemShutdown)
            throw new TimeoutException(text);
        system.Log.Warning(text);
    }

    /// <summary>Called by the constructor.</summary>
    protected virtual void InitializeTest(ActorSystem? system, ActorSystemSetup config, string? actorSystemName, string? testActorName)
    {
        _system = system ?? CreateSystem(config, actorSystemName);
        _system.RegisterExtension(new TestKitAssertionsExtension(_assertions));
        _settings = TestKitExtension.For(_system);
        _log = Logging.GetLogger(_system, GetType());
        _eventFilter = new EventFilterFactory(this, _system);
        _testActor = CreateTestActor(_system, testActorName ?? $"testActor{Interlocked.Increment(ref _testActorNumber)}");

        // A probe is made inside a test or an actor and must leave the sender there alone.
        if (this is INoImplicitSender)
            return;
        var cell = ((LocalActorRef)_testActor).Cell;
        ActorCell.Current = cell;
        SynchronizationContext.SetSynchronizationContext(new ImplicitSenderContext(cell));
    }

    /// <summary>Called by the constructor.</summary>
    protected void InitializeTest(ActorSystem? system, Config config, string? actorSystemName, string? testActorName) =>
        InitializeTest(system, ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config)), actorSystemName, testActorName);

    private static ActorSystem CreateSystem(ActorSystemSetup setup, string? name)
    {
        var boot = setup.Get<BootstrapSetup>().GetOrElse(BootstrapSetup.Create());
        return ActorSystem.Create(name ?? "test", setup.WithSetup(boot.WithConfigFallback(DefaultConfig)));
    }

    private IActorRef CreateTestActor(ActorSystem system, string name)
    {
        system.Dispatchers.Register(CallingThreadDispatcher.TypeName, static (id, _) => new CallingThreadDispatcher(id));
        var dispatcher = system.Settings.Config.HasPath("akka.test.test-actor.dispatcher")
            ? "akka.test.test-actor.dispatcher"
            : CallingThreadDispatcher.TypeName;
        var current = ActorCell.Current;
        ActorCell.Current = null;
        try
        {
            var props = Props.CreateBy(new TestActorProducer(_queue)).WithDispatcher(dispatcher).WithDeploy(Deploy.Local.WithDispatcher(dispatcher));
            return ((ExtendedActorSystem)system).SystemActorOf(props, name);
        }
        finally
        {
            ActorCell.Current = current;
        }
    }

    private async Task<IActorRef> Spawn(Props props, Option<string> name, Option<SupervisorStrategy> strategy, CancellationToken cancellationToken) =>
        await TestActor.Ask<IActorRef>(new TestActor.Spawn(props, name, strategy), TestKitSettings.DefaultTimeout, cancellationToken).ConfigureAwait(false);

    private sealed class TestActorProducer(TestMessageQueue queue) : IIndirectActorProducer
    {
        public Type ActorType => typeof(TestActorImplementation);

        public ActorBase Produce() => new TestActorImplementation(queue);

        public void Release(ActorBase actor)
        {
        }
    }
}
