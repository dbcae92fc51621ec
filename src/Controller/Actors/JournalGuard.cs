using Akka.Actor;
using Akka.Event;
using Trapline.Shared.Conversations;

namespace Trapline.Controller.Actors;

/// <summary>
/// Stands before the controller and starts it again when its journal has failed, as on a full disk or with a database that went away: a controller
/// stops then, since what it was asked to keep may or may not be kept, and a new one reads what is. Whoever asks meanwhile is told why nobody decides.
/// <code>
///   Serving ──journal fails──► Down ──after a pause, which doubles──► Recovering ──► Serving
///                               ▲                                         │
///                               └─────────────── fails again ─────────────┘
/// </code>
/// </summary>
public sealed class JournalGuard : ReceiveActor, IWithTimers
{
    private const string ControllerName = "decider";
    private const string StartTimer = "start";

    private readonly Props _props;
    private readonly TimeProvider _time;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private IActorRef? _controller;
    private string? _failure;
    private TimeSpan _pause = Limits.FirstPause;
    private long _startedAt;

    /// <summary>A guard of the controller that <paramref name="controller"/> makes.</summary>
    public JournalGuard(Props controller, TimeProvider time)
    {
        (_props, _time) = (controller, time);
        Receive<JournalFailed>(failed => _failure = failed.Problem);
        Receive<JournalWorks>(_ => _failure = null);
        Receive<Terminated>(gone => gone.ActorRef.Equals(_controller), _ => Ended());
        Receive<StartController>(_ => Start());
        Receive<DeadLetter>(letter => _failure is not null && IsOfController(letter), letter => Refuse(letter.Message, letter.Sender));
        Receive<DeadLetter>(_ => { });
        ReceiveAny(message =>
        {
            if (_failure is not null && message is IWireMessage)
                Refuse(message, Sender);
            else
                _controller?.Forward(message);
        });
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>How the singleton manager starts it.</summary>
    public static Props Props(Props controller, TimeProvider time) => Akka.Actor.Props.Create(() => new JournalGuard(controller, time));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        // What waited in the controller when it stopped comes back this way.
        Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
        Start();
    }

    /// <inheritdoc/>
    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    private void Start()
    {
        _startedAt = _time.GetTimestamp();
        _controller = Context.Watch(Context.ActorOf(_props, ControllerName));
    }

    private void Ended()
    {
        _failure ??= "the controller has ended";
        if (_time.GetElapsedTime(_startedAt) > Limits.Healthy)
            _pause = Limits.FirstPause;
        _log.Warning("Nothing is decided now: {Problem}. The journal is read again in {Pause} s", _failure, _pause.TotalSeconds);
        Timers.StartSingleTimer(StartTimer, StartController.Instance, _pause);
        _pause = _pause * 2 < Limits.LongestPause ? _pause * 2 : Limits.LongestPause;
    }

    private bool IsOfController(DeadLetter letter) => letter.Recipient.Path.Parent.Equals(Self.Path) && letter.Message is IWireMessage;

    private void Refuse(object message, IActorRef sender)
    {
        if (message is not HostReport)
            sender.Tell(new NobodyDecides(_failure!, MayBeKept: false));
    }

    private static class Limits
    {
        /// <summary>Before the journal is read again.</summary>
        public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

        /// <summary>Pauses double up to this.</summary>
        public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

        /// <summary>A controller that lived so long is started again after the first pause.</summary>
        public static readonly TimeSpan Healthy = TimeSpan.FromSeconds(10);
    }

    private sealed class StartController
    {
        public static readonly StartController Instance = new();
    }
}

/// <summary>Controller to its guard: the journal could not be read or written, and the controller stops.</summary>
/// <param name="Problem">What the journal says.</param>
public sealed record JournalFailed(string Problem) : INoSerializationVerificationNeeded;

/// <summary>Controller to its guard: all of the journal was read.</summary>
public sealed record JournalWorks : INoSerializationVerificationNeeded
{
    /// <summary>The only one.</summary>
    public static JournalWorks Instance { get; } = new();
}
