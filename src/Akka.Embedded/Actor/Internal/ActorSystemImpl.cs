using System.Collections.Concurrent;
using System.Text;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.Actor.Internal;

/// <summary>The actor system.</summary>
internal sealed class ActorSystemImpl : ExtendedActorSystem
{
    private readonly ConcurrentDictionary<Type, Lazy<object>> _extensions = new();
    private readonly ConcurrentBag<Action> _terminationCallbacks = [];
    private readonly TaskCompletionSource _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _defaultStashCapacity;
    private int _terminating;

    internal ActorSystemImpl(string name, Config config, ActorSystemSetup setup)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (!IsValidName(name))
        {
            throw new ArgumentException(
                $"invalid ActorSystem name [{name}], must contain only word characters (i.e. [a-zA-Z0-9] plus non-leading '-')", nameof(name));
        }

        Name = name;
        Settings = new Settings(this, config, setup);
        SerializeAllMessages = Settings.SerializeAllMessages;
        _defaultStashCapacity = Settings.Config.GetInt("akka.actor.default-mailbox.stash-capacity", Deploy.NoStashSize);
        EventStream = new EventStream(Settings.DebugEventStream);
        EventStream.StartStdoutLogger(Settings);
        Log = new BusLogging(EventStream, $"ActorSystem({name})", GetType(), Settings.LogFormatter);
        Scheduler = CreateScheduler();
        StartTime = Scheduler.MonotonicClock;
        Provider = CreateProvider();
        Dispatchers = new Dispatchers(Settings.Config);
        Serialization = new Serialization.Serialization(this);
    }

    public override Settings Settings { get; }

    public override string Name { get; }

    public override Serialization.Serialization Serialization { get; }

    public override EventStream EventStream { get; }

    public override IActorRef DeadLetters => Provider.DeadLetters;

    public override IActorRef IgnoreRef => Provider.IgnoreRef;

    public override Dispatchers Dispatchers { get; }

    public override IScheduler Scheduler { get; }

    public override ILoggingAdapter Log { get; }

    public override IActorRefProvider Provider { get; }

    public override IInternalActorRef Guardian => Provider.Guardian;

    public override IInternalActorRef LookupRoot => Provider.Guardian;

    public override IInternalActorRef SystemGuardian => Provider.SystemGuardian;

    public override Task WhenTerminated => _terminated.Task;

    /// <summary>Whether each message makes a round through its serializer.</summary>
    internal bool SerializeAllMessages { get; }

    internal void Start()
    {
        try
        {
            Provider.Init(this);
            _ = Provider.TerminationTask.ContinueWith(_ => OnAllActorsEnded(), TaskScheduler.Default);
            EventStream.StartLoggers(this);
            if (Settings.LogDeadLetters > 0)
                SystemActorOf(Props.Create(() => new DeadLetterListener()).WithDispatcher("akka.actor.internal-dispatcher"), "deadLetterListener");
            CoordinatedShutdown.Get(this);
            LoadExtensions();
            if (Settings.LogConfigOnStart)
                Log.Warning(Settings.ToString());
        }
        catch
        {
            // What has been started must not outlive the failure: the process is to end with it.
            Abort();
            throw;
        }
    }

    public override IActorRef ActorOf(Props props, string? name = null) => Provider.Guardian.Cell.MakeChild(props, name, isSystemService: false);

    public override IActorRef SystemActorOf(Props props, string? name = null) => Provider.SystemGuardian.Cell.MakeChild(props, name, isSystemService: true);

    public override IActorRef SystemActorOf<TActor>(string? name = null) => SystemActorOf(Props.Create<TActor>(), name);

    public override ActorSelection ActorSelection(ActorPath actorPath) => ActorRefFactoryShared.ActorSelection(actorPath, this);

    public override ActorSelection ActorSelection(string actorPath) => ActorRefFactoryShared.ActorSelection(actorPath, this, LookupRoot);

    public override object RegisterExtension(IExtensionId extension)
    {
        ArgumentNullException.ThrowIfNull(extension);
        return _extensions.GetOrAdd(
            extension.ExtensionType,
            static (_, made) => new Lazy<object>(() => made.Id.CreateExtension(made.System)),
            (Id: extension, System: this)).Value;
    }

    public override object GetExtension(IExtensionId extensionId) =>
        TryGetExtension(extensionId.ExtensionType, out var extension) ? extension! : null!;

    public override T GetExtension<T>() => TryGetExtension<T>(out var extension) ? extension! : null!;

    public override bool HasExtension(Type type) => typeof(IExtension).IsAssignableFrom(type) && _extensions.ContainsKey(type);

    public override bool HasExtension<T>() => _extensions.ContainsKey(typeof(T));

    public override bool TryGetExtension(Type extensionType, out object? extension)
    {
        extension = _extensions.TryGetValue(extensionType, out var made) ? made.Value : null;
        return extension is not null;
    }

    public override bool TryGetExtension<T>(out T? extension)
        where T : class
    {
        extension = TryGetExtension(typeof(T), out var found) ? (T)found! : null;
        return extension is not null;
    }

    public override void RegisterOnTermination(Action code)
    {
        _terminationCallbacks.Add(code);
        if (WhenTerminated.IsCompleted)
            throw new InvalidOperationException("The actor system has ended.");
    }

    public override Task Terminate()
    {
        if (Settings.CoordinatedShutdownRunByActorSystemTerminate)
            CoordinatedShutdown.Get(this).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance);
        else
            FinalTerminate();
        return WhenTerminated;
    }

    public override void Abort() => FinalTerminate();

    /// <summary>Ends all actors, without coordinated shutdown.</summary>
    internal void FinalTerminate()
    {
        if (Interlocked.Exchange(ref _terminating, 1) != 0)
            return;
        Log.Debug("System shutdown initiated");
        if (!Settings.LogDeadLettersDuringShutdown && Provider.SystemGuardian is { } guardian)
            (guardian.GetSingleChild("deadLetterListener")).Stop();
        if (Provider.Guardian is null)
            OnAllActorsEnded();
        else
            Provider.Guardian.Stop();
    }

    public override void Stop(IActorRef actor)
    {
        var target = (IInternalActorRef)actor;
        if (target.Parent is LocalActorRef parent && (parent.Equals(Provider.Guardian) || parent.Equals(Provider.SystemGuardian)))
            parent.Cell.Children.MarkDying(actor);
        target.Stop();
    }

    public override string PrintTree()
    {
        var text = new StringBuilder();
        Print(Provider.RootGuardian, "");
        return text.ToString();

        void Print(IInternalActorRef actor, string indent)
        {
            text.Append(indent).Append("-> ").Append(actor.Path.Depth == 0 ? "/" : actor.Path.Name).Append(' ').AppendLine(actor.GetType().Name);
            if (actor is not ActorRefWithCell withCell)
                return;
            foreach (var child in withCell.Children.OrderBy(c => c.Path.Name, StringComparer.Ordinal))
                Print((IInternalActorRef)child, indent + "   ");
        }
    }

    public override string ToString() => Provider.RootPath.Address.ToString();

    internal int StashCapacity(Deploy deploy) => deploy.StashCapacity != Deploy.NoStashSize ? deploy.StashCapacity : _defaultStashCapacity;

    /// <summary>With <c>serialize-messages = on</c>: writes the message and reads it back, as if it had travelled.</summary>
    internal object RoundTrip(object message, IActorRef recipient)
    {
        var inner = message is ActorSelectionMessage ? WrappedMessage.Unwrap(message) : message;
        if (inner is INoSerializationVerificationNeeded or Dispatch.SysMsg.ISystemMessage or AllDeadLetters)
            return message;
        var serializer = Serialization.FindSerializerFor(inner);
        try
        {
            var manifest = Akka.Serialization.Serialization.ManifestFor(serializer, inner);
            var copy = Akka.Serialization.Serialization.WithTransport(
                this, (Serializer: serializer, Inner: inner), static state => state.Serializer.ToBinary(state.Inner));
            var back = Serialization.Deserialize(copy, serializer.Identifier, manifest);
            return message is ActorSelectionMessage selection ? selection.Copy(message: back) : back;
        }
        catch (Exception e)
        {
            throw new System.Runtime.Serialization.SerializationException(
                $"Failed to serialize and deserialize payload object [{inner.GetType()}]. Envelope: [{message}], Actor type: [{recipient}]", e);
        }
    }

    /// <summary>With <c>serialize-creators = on</c>: refuses a recipe whose arguments cannot travel.</summary>
    internal void CheckCreatorSerializable(Props props)
    {
        if (!Settings.SerializeAllCreators || props.Deploy.Scope is LocalScope)
            return;
        foreach (var argument in props.Arguments)
        {
            if (argument is not null and not INoSerializationVerificationNeeded)
                _ = RoundTrip(argument, Guardian);
        }
    }

    private static bool IsValidName(string name) =>
        !string.IsNullOrEmpty(name) && name[0] != '-' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private IScheduler CreateScheduler()
    {
        var type = TypeNames.Find(Settings.SchedulerClass) ?? throw new ConfigurationException(
            $"akka.scheduler.implementation names the class '{Settings.SchedulerClass}', which cannot be found.");
        return (IScheduler)Activator.CreateInstance(type, Settings.Config, Log)!;
    }

    private IActorRefProvider CreateProvider()
    {
        if (Settings.ProviderSelectionType is ProviderSelection.Local)
            return new LocalActorRefProvider(Name, Settings, EventStream);
        var type = TypeNames.Find(Settings.ProviderClass) ?? throw new ConfigurationException(
            $"akka.actor.provider is '{Settings.ProviderSelectionType.Identifier}'; expected local, remote, cluster or the name of a class.");
        const System.Reflection.BindingFlags Any =
            System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic;
        return (IActorRefProvider)Activator.CreateInstance(type, Any, null, [Name, Settings, EventStream], null)!;
    }

    private void LoadExtensions()
    {
        foreach (var name in Settings.Config.GetStringList("akka.extensions"))
        {
            var type = TypeNames.Find(name);
            if (type is not null && typeof(IExtensionId).IsAssignableFrom(type))
                RegisterExtension((IExtensionId)Activator.CreateInstance(type)!);
            else
                Log.Error("akka.extensions names '{0}', which is no extension id class that can be found.", name);
        }
    }

    private void OnAllActorsEnded()
    {
        while (_terminationCallbacks.TryTake(out var callback))
        {
            try
            {
                callback();
            }
            catch (Exception e)
            {
                Log.Error(e, "A termination callback failed");
            }
        }

        (Scheduler as IDisposable)?.Dispose();
        Dispatchers?.Stop();
        _terminated.TrySetResult();
    }
}
