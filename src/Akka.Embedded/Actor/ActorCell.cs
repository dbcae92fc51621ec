// One actor's place in the system: identity, mailbox, children, watches, behaviour. The cell outlives the instances of the
// actor class that restarts put into it. Everything here runs on the mailbox's runner, one thread at a time, except what the
// remarks mark "any thread".
using Akka.Actor.Internal;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

internal sealed class ActorCell : IUntypedActorContext
{
    /// <summary>In paths: any incarnation.</summary>
    internal const int UndefinedUid = 0;

    [ThreadStatic]
    private static ActorCell? _current;

    private Receive? _behavior;
    private Stack<Receive>? _lowerBehaviors;
    private ActorTaskScheduler? _taskScheduler;
    private AsyncHandlerRun? _asyncRun;
    private TimerScheduler? _timers;
    private Type? _actorType;
    private long _nextName;

    internal ActorCell(ActorSystemImpl system, LocalActorRef self, Props props, MessageDispatcher dispatcher, IInternalActorRef parent)
    {
        SystemImpl = system;
        InternalSelf = self;
        Props = props;
        Dispatcher = dispatcher;
        Parent = parent;
        Mailbox = new Mailbox(this, dispatcher);
    }

    /// <summary>The cell whose code runs on this thread; null outside of actors.</summary>
    internal static ActorCell? Current
    {
        get => _current;
        set => _current = value;
    }

    public ActorSystem System => SystemImpl;

    public IActorRef Self => InternalSelf;

    public Props Props { get; }

    public MessageDispatcher Dispatcher { get; }

    public IActorRef Sender => CurrentSender ?? SystemImpl.DeadLetters;

    public TimeSpan? ReceiveTimeout => ReceiveTimeoutTimer?.Timeout;

    IActorRef IActorContext.Parent => Parent;

    internal ActorSystemImpl SystemImpl { get; }

    internal LocalActorRef InternalSelf { get; }

    internal IInternalActorRef Parent { get; }

    internal Mailbox Mailbox { get; }

    internal CellChildren Children { get; } = new();

    internal CellWatch? Watching { get; private set; }

    /// <summary>The instance; after a failed construction null, between PreRestart and PostRestart still the old one.</summary>
    internal ActorBase? Actor { get; private set; }

    /// <summary>Whether <see cref="Actor"/> has been through its end and must not be called again.</summary>
    internal bool IsCleared { get; private set; }

    /// <summary>The message in hand; after a failure it stays until the failure has been dealt with.</summary>
    internal object? CurrentMessage { get; private set; }

    /// <summary>Its sender; null if it has none.</summary>
    internal IActorRef? CurrentSender { get; private set; }

    /// <summary>Grows with each message, so that two deliveries of one object can be told apart.</summary>
    internal int CurrentEnvelopeId { get; private set; }

    /// <summary>Who failed (this actor or a child) while the supervisor decides; null if nobody.</summary>
    internal IActorRef? FailedPerpetrator { get; set; }

    /// <summary>The child whose failure the strategy is just deciding about.</summary>
    internal IActorRef? FailingChild { get; set; }

    internal bool IsTerminating => Children.IsTerminating;

    /// <summary>System messages that wait until the cell's own failure, or its children's end, has been dealt with.</summary>
    internal List<SystemMessage>? StashedSystemMessages { get; set; }

    internal ReceiveTimeoutTimer? ReceiveTimeoutTimer { get; private set; }

    /// <summary>The watch of this cell; made now if there is none.</summary>
    internal CellWatch OwnWatching => Watching ??= new CellWatch(this);

    internal SupervisorStrategy Strategy => Actor!.SupervisorStrategyInternal ??= Props.SupervisorStrategy ?? Actor.MakeSupervisorStrategy();

    internal string LogSource => Self.Path.ToString();

    internal Type ActorType => _actorType ?? Props.Type;

    internal ActorTaskScheduler TaskScheduler => _taskScheduler ??= new ActorTaskScheduler(this);

    internal TimerScheduler Timers => _timers ??= new TimerScheduler(this);

    /// <summary>Adds a user message. Any thread.</summary>
    internal void SendMessage(object message, IActorRef? sender) =>
        Mailbox.Enqueue(SystemImpl.SerializeAllMessages ? SystemImpl.RoundTrip(message, Self) : message, sender);

    /// <summary>Adds a system message. Any thread.</summary>
    internal void SendSystemMessage(SystemMessage message) => Mailbox.EnqueueSystem(message);

    /// <summary>Handles one user message.</summary>
    internal void Invoke(object message, IActorRef? sender)
    {
        CurrentEnvelopeId++;
        CurrentMessage = message;
        CurrentSender = sender;
        try
        {
            if (message is IAutoReceivedMessage)
                AutoReceive.Handle(this, message);
            else
                Actor!.AroundReceive(_behavior!, message);
            if (ReceiveTimeoutTimer is not null && _asyncRun is null && message is not INotInfluenceReceiveTimeout)
                ReceiveTimeoutTimer.Restart();
            if (_asyncRun is null)
            {
                CurrentMessage = null;
                CurrentSender = null;
            }
        }
        catch (Exception e)
        {
            FaultHandling.HandleInvokeFailure(this, e);
        }
    }

    /// <summary>Hands a message that the runtime had wrapped (a timer's, a termination's) to the actor.</summary>
    internal void ReceiveMessage(object message)
    {
        CurrentMessage = message;
        Actor!.AroundReceive(_behavior!, message);
    }

    /// <summary>Handles one system message.</summary>
    internal void SystemInvoke(SystemMessage message) => SystemMessageHandling.Invoke(this, message);

    /// <summary>Makes the first instance, and starts it.</summary>
    internal void CreateActor(Exception? failure)
    {
        if (failure is not null)
            throw failure;
        try
        {
            var actor = NewActor();
            if (SystemImpl.Settings.DebugLifecycle)
                Log(new Debug(LogSource, ActorType, $"Started ({actor})"));
            actor.AroundPreStart();
            ReceiveTimeoutTimer?.Restart();
        }
        catch (Exception e)
        {
            if (Actor is not null)
            {
                ReleaseActor(Actor);
                Actor = null;
            }

            if (e is ActorInitializationException)
                throw;
            var cause = e is System.Reflection.TargetInvocationException { InnerException: { } inner } ? inner : e;
            throw new ActorInitializationException(Self, "Exception during creation", cause);
        }
    }

    /// <summary>Makes an instance and puts it into the cell.</summary>
    internal ActorBase NewActor()
    {
        _behavior = null;
        _lowerBehaviors = null;
        var actor = Props.NewActor() ?? throw new ActorInitializationException(Self, "The actor's factory returned null.");
        _actorType = actor.GetType();
        if (actor is IInitializableActor initializable)
            initializable.Init();
        _behavior ??= actor.OwnReceive;
        if (actor is IActorStash stashing)
            stashing.Stash = this.CreateStash(stashing);
        if (actor is IWithTimers timed)
            timed.Timers = Timers;
        Actor = actor;
        IsCleared = false;
        return actor;
    }

    /// <summary>An instance has had its last hook called: gives back what it holds.</summary>
    internal void ReleaseActor(ActorBase actor)
    {
        if (IsCleared)
            return;
        IsCleared = true;
        StopTimers();
        try
        {
            (actor as IActorStash)?.Stash?.UnstashAll();
            Props.Release(actor);
            (actor as IDisposable)?.Dispose();
        }
        catch (Exception e)
        {
            Log(new Error(e, LogSource, actor.GetType(), $"Releasing the actor failed: {e.Message}"));
        }

        CurrentMessage = null;
        CurrentSender = null;
        _behavior = actor.OwnReceive;
        _lowerBehaviors = null;
    }

    /// <summary>The actor has ended for good: keeps nothing alive through the reference.</summary>
    internal void Forget()
    {
        Actor = null;
        _behavior = null;
        _taskScheduler = null;
        _asyncRun = null;
        CurrentMessage = null;
        CurrentSender = null;
    }

    internal void BeginAsync(AsyncHandlerRun run)
    {
        _asyncRun = run;
        Mailbox.Suspend();
    }

    internal void RunContinuationInside(RunContinuation continuation)
    {
        var (message, sender) = (CurrentMessage, CurrentSender);
        CurrentMessage = _asyncRun?.Message;
        CurrentSender = _asyncRun?.Sender;
        try
        {
            continuation.Scheduler.Execute(continuation.Task);
        }
        finally
        {
            (CurrentMessage, CurrentSender) = (message, sender);
        }
    }

    internal void EndAsync(AsyncHandlerRun run)
    {
        if (!ReferenceEquals(run, _asyncRun))
            return;
        _asyncRun = null;
        Mailbox.Resume();
        if (!ReferenceEquals(run.Actor, Actor) || IsCleared)
            return;
        if (run.Work.IsCompletedSuccessfully)
        {
            if (run.Message is not INotInfluenceReceiveTimeout)
                ReceiveTimeoutTimer?.Restart();
            CurrentMessage = null;
            CurrentSender = null;
            return;
        }

        CurrentMessage = run.Message;
        CurrentSender = run.Sender;
        FaultHandling.HandleInvokeFailure(this, run.Work.Exception?.InnerException ?? new TaskCanceledException(run.Work));
    }

    public IActorRef ActorOf(Props props, string? name = null) => MakeChild(props, name, isSystemService: false);

    /// <summary>Makes a child. A guardian's is made on any thread.</summary>
    internal IActorRef MakeChild(Props props, string? name, bool isSystemService)
    {
        ArgumentNullException.ThrowIfNull(props);
        if (Children.IsTerminating)
            throw new InvalidOperationException("Cannot create child while terminating or terminated");
        var childName = name is null ? NextName() : Checked(name);
        Children.Reserve(childName);
        IInternalActorRef child;
        try
        {
            SystemImpl.CheckCreatorSerializable(props);
            var path = new ChildActorPath(Self.Path, childName, Uids.Next());
            child = SystemImpl.Provider.ActorOf(SystemImpl, props, InternalSelf, path, isSystemService, null, lookupDeploy: true, async: false);
        }
        catch
        {
            Children.Unreserve(childName);
            throw;
        }

        // A child made by a hook of a failed actor waits with the others for the supervisor's decision.
        if (FailedPerpetrator is not null)
            child.Suspend();

        Children.Init(child);
        child.Start();
        return child;
    }

    private string NextName()
    {
        var number = (ulong)(Interlocked.Increment(ref _nextName) - 1);
        return Uids.ToName("$", number);
    }

    private static string Checked(string name)
    {
        if (name.Length == 0)
            throw new InvalidActorNameException("Actor name must not be empty.");
        if (!ActorPath.IsValidPathElement(name))
            throw new InvalidActorNameException(
                $"Illegal actor name [{name}]. Actor paths MUST: not start with `$`, include only ASCII letters and can only contain these special characters: {ActorPath.ValidSymbols}.");
        return name;
    }

    public ActorSelection ActorSelection(string path) => ActorRefFactoryShared.ActorSelection(path, System, Self);

    public ActorSelection ActorSelection(ActorPath path) => ActorRefFactoryShared.ActorSelection(path, System);

    public IActorRef Child(string name) => Children.ByName(name)?.Child ?? (IActorRef)Nobody.Instance;

    public IEnumerable<IActorRef> GetChildren() => Children.Stats.Select(s => (IActorRef)s.Child).ToList();

    public void Stop(IActorRef child)
    {
        if (Children.ByRef(child) is not null)
            Children.MarkDying(child);
        ((IInternalActorRef)child).Stop();
    }

    public void Become(Receive receive)
    {
        _lowerBehaviors?.Clear();
        _behavior = receive;
    }

    public void BecomeStacked(Receive receive)
    {
        if (_behavior is not null)
            (_lowerBehaviors ??= new Stack<Receive>(2)).Push(_behavior);
        _behavior = receive;
    }

    public void Become(UntypedReceive receive) => Become(Handled(receive));

    public void BecomeStacked(UntypedReceive receive) => BecomeStacked(Handled(receive));

    public void UnbecomeStacked()
    {
        if (_lowerBehaviors is { Count: > 0 })
            _behavior = _lowerBehaviors.Pop();
        else if (Actor is not null)
            _behavior = Actor.OwnReceive;
    }

    private static Receive Handled(UntypedReceive receive) => message =>
    {
        receive(message);
        return true;
    };

    public IActorRef Watch(IActorRef subject)
    {
        OwnWatching.Watch((IInternalActorRef)subject, null);
        return subject;
    }

    public IActorRef WatchWith(IActorRef subject, object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        OwnWatching.Watch((IInternalActorRef)subject, message);
        return subject;
    }

    public IActorRef Unwatch(IActorRef subject)
    {
        Watching?.Unwatch((IInternalActorRef)subject);
        return subject;
    }

    public void SetReceiveTimeout(TimeSpan? timeout)
    {
        if (timeout is null)
        {
            StopReceiveTimeout();
            return;
        }

        ReceiveTimeoutTimer?.Stop();
        ReceiveTimeoutTimer = new ReceiveTimeoutTimer(this, timeout.Value);
        ReceiveTimeoutTimer.Restart();
    }

    internal void StopReceiveTimeout()
    {
        ReceiveTimeoutTimer?.Stop();
        ReceiveTimeoutTimer = null;
    }

    internal void StopTimers() => _timers?.CancelAll();

    internal IActorRef? SwapSender(IActorRef? sender)
    {
        var old = CurrentSender;
        CurrentSender = sender;
        return old;
    }

    internal void Log(LogEvent logEvent) => SystemImpl.EventStream.Publish(logEvent);

    /// <summary>Any thread.</summary>
    internal void ToDeadLetters(object message, IActorRef? sender) =>
        SystemImpl.DeadLetters.Tell(new DeadLetter(message, sender ?? SystemImpl.DeadLetters, Self), sender ?? SystemImpl.DeadLetters);

    /// <summary>What becomes of a system message that reaches an actor that has ended. Any thread.</summary>
    internal void SystemMessageToDeadLetters(SystemMessage message)
    {
        if (message is Watch watch && watch.Watchee.Equals(Self) && !watch.Watcher.Equals(Self))
            watch.Watcher.SendSystemMessage(new DeathWatchNotification(Self, existenceConfirmed: true, addressTerminated: false));
    }
}
