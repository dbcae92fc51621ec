// Death watch across systems. A local actor's watch on a remote one ends up here (RemoteActorRef sends WatchRemote):
//
//   watcher --WatchRemote--> RemoteWatcher --Watch--> watchee        once per watchee, whatever the number of watchers
//   watcher <--DeathWatchNotification-- RemoteWatcher <--Terminated
//
// Besides, it sends a heartbeat to the remote watcher of each system that it watches somebody on. When the answers stay away, the
// system is unreachable: it is quarantined, and every watcher of an actor there is told that the actor has terminated.
using System.Collections.Immutable;
using Akka.Actor;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Remote;

/// <summary>Watches actors of other systems, and those systems themselves, on behalf of the actors of this one.</summary>
public class RemoteWatcher : UntypedActor, IRequiresMessageQueue<IUnboundedMessageQueueSemantics>
{
    /// <summary>The log.</summary>
    protected readonly ILoggingAdapter Log;

    /// <summary>For each watched actor, who watches it.</summary>
    protected readonly Dictionary<IInternalActorRef, HashSet<IInternalActorRef>> Watching = [];

    /// <summary>For each watched system, the actors that are watched there.</summary>
    protected readonly Dictionary<Address, HashSet<IInternalActorRef>> WatcheeByNodes = [];

    private readonly IFailureDetectorRegistry<Address> _failureDetector;
    private readonly TimeSpan _heartbeatExpectedResponseAfter;
    private readonly ICancelable _heartbeats;
    private readonly ICancelable _reaper;
    private readonly Dictionary<Address, int> _addressUids = [];
    private readonly IRemoteActorRefProvider _provider;

    /// <summary>Creates the actor.</summary>
    /// <param name="failureDetector">Judges the watched systems.</param>
    /// <param name="heartbeatInterval">How often they are sent a heartbeat.</param>
    /// <param name="unreachableReaperInterval">How often they are judged.</param>
    /// <param name="heartbeatExpectedResponseAfter">When the first answer is expected.</param>
    public RemoteWatcher(
        IFailureDetectorRegistry<Address> failureDetector,
        TimeSpan heartbeatInterval,
        TimeSpan unreachableReaperInterval,
        TimeSpan heartbeatExpectedResponseAfter)
    {
        _failureDetector = failureDetector;
        _heartbeatExpectedResponseAfter = heartbeatExpectedResponseAfter;
        Log = Context.GetLogger();
        _provider = (IRemoteActorRefProvider)((ExtendedActorSystem)Context.System).Provider;
        _heartbeats = Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(
            heartbeatInterval, heartbeatInterval, Self, HeartbeatTick.Instance, Self);
        _reaper = Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(
            unreachableReaperInterval, unreachableReaperInterval, Self, ReapUnreachableTick.Instance, Self);
        Context.System.EventStream.Subscribe(Self, typeof(QuarantinedEvent));
    }

    /// <summary>The systems that are watched and do not answer.</summary>
    protected HashSet<Address> Unreachable { get; } = [];

    /// <summary>The systems that are watched.</summary>
    protected ICollection<Address> WatchingNodes => WatcheeByNodes.Keys;

    /// <summary>Describes the actor.</summary>
    /// <param name="failureDetector">Judges the watched systems.</param>
    /// <param name="heartbeatInterval">How often they are sent a heartbeat.</param>
    /// <param name="unreachableReaperInterval">How often they are judged.</param>
    /// <param name="heartbeatExpectedResponseAfter">When the first answer is expected.</param>
    public static Props Props(
        IFailureDetectorRegistry<Address> failureDetector,
        TimeSpan heartbeatInterval,
        TimeSpan unreachableReaperInterval,
        TimeSpan heartbeatExpectedResponseAfter) =>
        Actor.Props.Create(() => new RemoteWatcher(
            failureDetector, heartbeatInterval, unreachableReaperInterval, heartbeatExpectedResponseAfter));

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case HeartbeatTick:
                SendHeartbeats();
                break;
            case Heartbeat:
                Sender.Tell(new HeartbeatRsp(AddressUidExtension.Uid(Context.System)), Self);
                break;
            case HeartbeatRsp response:
                OnHeartbeatRsp(response.AddressUid);
                break;
            case ReapUnreachableTick:
                ReapUnreachable();
                break;
            case ExpectedFirstHeartbeat expected:
                TriggerFirstHeartbeat(expected.From);
                break;
            case WatchRemote watch:
                AddWatching(watch.Watchee, watch.Watcher);
                break;
            case UnwatchRemote unwatch:
                RemoveWatch(unwatch.Watchee, unwatch.Watcher);
                break;
            case Terminated terminated:
                OnTerminated((IInternalActorRef)terminated.ActorRef, terminated.ExistenceConfirmed, terminated.AddressTerminated);
                break;
            case QuarantinedEvent quarantined:
                OnQuarantined(quarantined);
                break;
            case Stats:
                Sender.Tell(CurrentStats(), Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _heartbeats.Cancel();
        _reaper.Cancel();
        Context.System.EventStream.Unsubscribe(Self);
        base.PostStop();
    }

    /// <summary>Tells every watcher of an actor at <paramref name="address"/> that the actor has terminated.</summary>
    /// <param name="address">The system that is gone.</param>
    protected virtual void PublishAddressTerminated(Address address)
    {
        if (!WatcheeByNodes.TryGetValue(address, out var watchees))
            return;
        foreach (var watchee in watchees.ToArray())
        {
            foreach (var watcher in Watching[watchee])
                watcher.SendSystemMessage(new DeathWatchNotification(watchee, existenceConfirmed: false, addressTerminated: true));

            // Its own watch ends the same way; the Terminated that comes of it forgets the watchee.
            ((IInternalActorRef)Self).SendSystemMessage(new DeathWatchNotification(watchee, existenceConfirmed: false, addressTerminated: true));
        }
    }

    /// <summary>Gives a system up.</summary>
    /// <param name="address">The system.</param>
    /// <param name="addressUid">Its incarnation, if it is known.</param>
    protected virtual void Quarantine(Address address, int? addressUid) => _provider.Quarantine(address, addressUid);

    /// <summary>Notes a watch.</summary>
    /// <param name="watchee">Who is watched.</param>
    /// <param name="watcher">Who watches.</param>
    protected void AddWatching(IInternalActorRef watchee, IInternalActorRef watcher)
    {
        if (!Watching.TryGetValue(watchee, out var watchers))
            Watching[watchee] = watchers = [];
        watchers.Add(watcher);
        WatchNode(watchee);
        Context.Watch(watchee);
    }

    /// <summary>Begins to watch the system of <paramref name="watchee"/>, if it is not watched already.</summary>
    /// <param name="watchee">An actor that is watched.</param>
    protected virtual void WatchNode(IInternalActorRef watchee)
    {
        var address = watchee.Path.Address;
        if (!WatcheeByNodes.TryGetValue(address, out var watchees))
        {
            // It may be back: it gets the chance to answer.
            if (Unreachable.Remove(address))
                _failureDetector.Remove(address);
            WatcheeByNodes[address] = watchees = [];
        }

        watchees.Add(watchee);
    }

    /// <summary>Undoes a watch.</summary>
    /// <param name="watchee">Who was watched.</param>
    /// <param name="watcher">Who watched.</param>
    protected void RemoveWatch(IInternalActorRef watchee, IInternalActorRef watcher)
    {
        if (!Watching.TryGetValue(watchee, out var watchers))
            return;
        watchers.Remove(watcher);
        if (watchers.Count > 0)
            return;
        Context.Unwatch(watchee);
        RemoveWatchee(watchee);
    }

    /// <summary>Forgets an actor that nobody watches any more.</summary>
    /// <param name="watchee">The actor.</param>
    protected void RemoveWatchee(IInternalActorRef watchee)
    {
        var address = watchee.Path.Address;
        Watching.Remove(watchee);
        if (!WatcheeByNodes.TryGetValue(address, out var watchees))
            return;
        watchees.Remove(watchee);
        if (watchees.Count == 0)
            UnwatchNode(address);
    }

    /// <summary>Stops watching a system that nobody is watched on any more.</summary>
    /// <param name="watcheeAddress">The system.</param>
    protected void UnwatchNode(Address watcheeAddress)
    {
        WatcheeByNodes.Remove(watcheeAddress);
        _addressUids.Remove(watcheeAddress);
        _failureDetector.Remove(watcheeAddress);
    }

    private void SendHeartbeats()
    {
        foreach (var address in WatchingNodes.Where(a => !Unreachable.Contains(a)))
        {
            if (!_failureDetector.IsMonitoring(address))
            {
                Context.System.Scheduler.ScheduleTellOnce(
                    _heartbeatExpectedResponseAfter, Self, new ExpectedFirstHeartbeat(address), Self);
            }

            Context.ActorSelection(new RootActorPath(address) / Self.Path.Elements).Tell(Heartbeat.Instance, Self);
        }
    }

    /// <summary>A system that has never answered is judged as if it had answered once.</summary>
    private void TriggerFirstHeartbeat(Address address)
    {
        if (WatcheeByNodes.ContainsKey(address) && !_failureDetector.IsMonitoring(address))
            _failureDetector.Heartbeat(address);
    }

    private void OnHeartbeatRsp(int uid)
    {
        var from = Sender.Path.Address;
        if (!WatcheeByNodes.ContainsKey(from) || Unreachable.Contains(from))
            return;

        // Another incarnation knows nothing of the watches on the one before, whose actors are dead: it will say so.
        if (!_addressUids.TryGetValue(from, out var known) || known != uid)
            Rewatch(from);
        _addressUids[from] = uid;
        _failureDetector.Heartbeat(from);
    }

    private void Rewatch(Address address)
    {
        foreach (var watchee in WatcheeByNodes[address])
            watchee.SendSystemMessage(new Watch(watchee, (IInternalActorRef)Self));
    }

    private void ReapUnreachable()
    {
        foreach (var address in WatchingNodes.Where(a => !Unreachable.Contains(a) && !_failureDetector.IsAvailable(a)).ToArray())
        {
            Log.Warning("Detected unreachable: [{0}]", address);
            int? uid = _addressUids.TryGetValue(address, out var known) ? known : null;
            Quarantine(address, uid);
            PublishAddressTerminated(address);
            Unreachable.Add(address);
        }
    }

    /// <summary>No answer can come from a quarantined incarnation: there is nothing to wait for.</summary>
    private void OnQuarantined(QuarantinedEvent quarantined)
    {
        if (!_addressUids.TryGetValue(quarantined.Address, out var uid) || uid != quarantined.Uid || !Unreachable.Add(quarantined.Address))
            return;
        PublishAddressTerminated(quarantined.Address);
    }

    private void OnTerminated(IInternalActorRef watchee, bool existenceConfirmed, bool addressTerminated)
    {
        // When the whole system is gone its watchers have been told already.
        if (!addressTerminated && Watching.TryGetValue(watchee, out var watchers))
        {
            foreach (var watcher in watchers)
                watcher.SendSystemMessage(new DeathWatchNotification(watchee, existenceConfirmed, addressTerminated));
        }

        RemoveWatchee(watchee);
    }

    private Stats CurrentStats() => new(
        Watching.Sum(pair => pair.Value.Count),
        WatchingNodes.Count,
        [.. Watching.SelectMany(pair => pair.Value.Select(watcher => ((IActorRef)pair.Key, (IActorRef)watcher)))],
        [.. WatchingNodes]);

    /// <summary>A watch that begins or ends.</summary>
    public abstract class WatchCommand
    {
        /// <summary>Creates the command.</summary>
        /// <param name="watchee">Who is watched.</param>
        /// <param name="watcher">Who watches.</param>
        protected WatchCommand(IInternalActorRef watchee, IInternalActorRef watcher)
        {
            Watchee = watchee;
            Watcher = watcher;
        }

        /// <summary>Who is watched.</summary>
        public IInternalActorRef Watchee { get; }

        /// <summary>Who watches.</summary>
        public IInternalActorRef Watcher { get; }
    }

    /// <summary>A watch begins.</summary>
    public sealed class WatchRemote : WatchCommand
    {
        /// <summary>Creates the command.</summary>
        /// <param name="watchee">Who is watched.</param>
        /// <param name="watcher">Who watches.</param>
        public WatchRemote(IInternalActorRef watchee, IInternalActorRef watcher)
            : base(watchee, watcher)
        {
        }
    }

    /// <summary>A watch ends.</summary>
    public sealed class UnwatchRemote : WatchCommand
    {
        /// <summary>Creates the command.</summary>
        /// <param name="watchee">Who is watched.</param>
        /// <param name="watcher">Who watches.</param>
        public UnwatchRemote(IInternalActorRef watchee, IInternalActorRef watcher)
            : base(watchee, watcher)
        {
        }
    }

    /// <summary>Asks the remote watcher of another system whether it is there.</summary>
    public sealed class Heartbeat
    {
        private Heartbeat()
        {
        }

        /// <summary>The only instance.</summary>
        public static Heartbeat Instance { get; } = new();
    }

    /// <summary>Answers a heartbeat.</summary>
    public class HeartbeatRsp
    {
        /// <summary>Creates the answer.</summary>
        /// <param name="addressUid">The incarnation that answers.</param>
        public HeartbeatRsp(int addressUid) => AddressUid = addressUid;

        /// <summary>The incarnation that answers.</summary>
        public int AddressUid { get; }
    }

    /// <summary>Time to send heartbeats.</summary>
    public class HeartbeatTick
    {
        private HeartbeatTick()
        {
        }

        /// <summary>The only instance.</summary>
        public static HeartbeatTick Instance { get; } = new();
    }

    /// <summary>Time to judge the watched systems.</summary>
    public class ReapUnreachableTick
    {
        private ReapUnreachableTick()
        {
        }

        /// <summary>The only instance.</summary>
        public static ReapUnreachableTick Instance { get; } = new();
    }

    /// <summary>The first answer of a system should have come by now.</summary>
    public sealed class ExpectedFirstHeartbeat
    {
        /// <summary>Creates the message.</summary>
        /// <param name="from">The system.</param>
        public ExpectedFirstHeartbeat(Address from) => From = from;

        /// <summary>The system.</summary>
        public Address From { get; }
    }

    /// <summary>Asks for, and answers with, what is watched.</summary>
    public sealed class Stats
    {
        /// <summary>The question.</summary>
        public static Stats Empty = Counts(0, 0);

        /// <summary>Creates the answer.</summary>
        /// <param name="watching">How many watches there are.</param>
        /// <param name="watchingNodes">How many systems are watched.</param>
        public Stats(int watching, int watchingNodes)
            : this(watching, watchingNodes, [], [])
        {
        }

        /// <summary>Creates the answer.</summary>
        /// <param name="watching">How many watches there are.</param>
        /// <param name="watchingNodes">How many systems are watched.</param>
        /// <param name="watchingRefs">The watched actors, each with a watcher.</param>
        /// <param name="watchingAddresses">The watched systems.</param>
        public Stats(
            int watching,
            int watchingNodes,
            ImmutableHashSet<(IActorRef, IActorRef)> watchingRefs,
            ImmutableHashSet<Address> watchingAddresses)
        {
            Watching = watching;
            WatchingNodes = watchingNodes;
            WatchingRefs = watchingRefs;
            WatchingAddresses = watchingAddresses;
        }

        /// <summary>How many watches there are.</summary>
        public int Watching { get; }

        /// <summary>How many systems are watched.</summary>
        public int WatchingNodes { get; }

        /// <summary>The watched actors, each with a watcher.</summary>
        public ImmutableHashSet<(IActorRef, IActorRef)> WatchingRefs { get; }

        /// <summary>The watched systems.</summary>
        public ImmutableHashSet<Address> WatchingAddresses { get; }

        /// <summary>An answer without details.</summary>
        /// <param name="watching">How many watches there are.</param>
        /// <param name="watchingNodes">How many systems are watched.</param>
        public static Stats Counts(int watching, int watchingNodes) => new(watching, watchingNodes);

        /// <inheritdoc/>
        public override bool Equals(object? obj) =>
            obj is Stats other && other.Watching == Watching && other.WatchingNodes == WatchingNodes;

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Watching, WatchingNodes);

        /// <inheritdoc/>
        public override string ToString() =>
            $"Stats(watching={Watching}, watchingNodes={WatchingNodes}, watchingRefs=[{string.Join(", ", WatchingRefs)}], "
            + $"watchingAddresses=[{string.Join(", ", WatchingAddresses)}])";
    }
}
