using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Membership;
using Akka.Cluster.Wire;
using Akka.Event;
using Akka.Remote;

namespace Akka.Cluster.Daemon;

/// <summary>
/// The membership protocol of one node: <c>state + input -> state + effects</c>. It sends nothing, starts no timer and reads
/// no clock but the given one; <see cref="ClusterCoreActor"/> feeds it in production, the seeded simulation in the tests.
/// <code>
///   joining ── welcome, or own join ──► member ──► exiting ── exit tasks done ──► stopped
///                                         └── down, and the news has spread ──────► stopped
/// </code>
/// Beyond the periodic ticks of Akka's protocol it acts as soon as it can: it tells peers of its own changes at once, and
/// the leader acts when it notices that every member has seen the state. The ticks then only repair what got lost.
/// One instance belongs to one actor; it is not thread-safe.
/// </summary>
internal sealed class ClusterCore
{
    /// <summary>Below this size a node that sees everybody having seen the state tells the leader so.</summary>
    private const int TellLeaderBelowMembers = 16;

    private readonly UniqueAddress _self;
    private readonly ImmutableHashSet<string> _roles;
    private readonly CoreSettings _settings;
    private readonly IFailureDetectorRegistry<Address> _detector;
    private readonly TimeProvider _time;
    private readonly GossipPeers _peers;
    private readonly List<CoreEffect> _effects = [];
    private readonly HashSet<UniqueAddress> _exitingConfirmed = [];
    private JoinProcess? _join;
    private TimeSpan? _unconvergedSince;
    private int _ticksSelfDown;
    private bool _exiting;
    private bool _exitTasksStarted;

    public ClusterCore(
        UniqueAddress self,
        ImmutableHashSet<string> roles,
        CoreSettings settings,
        IFailureDetectorRegistry<Address> detector,
        TimeProvider time,
        Random random)
    {
        _self = self;
        _roles = roles;
        _settings = settings;
        _detector = detector;
        _time = time;
        _peers = new GossipPeers(settings, random);
        State = new MembershipState(Gossip.Empty, self);
    }

    /// <summary>The membership as this node sees it.</summary>
    public MembershipState State { get; private set; }

    /// <summary>Whether this node has left; it takes no input any more.</summary>
    public bool IsStopped { get; private set; }

    private bool IsMember => !State.Members.IsEmpty;

    private TimeSpan Now => _time.GetElapsedTime(0, _time.GetTimestamp());

    /// <summary>Takes one <see cref="CoreInput"/> or one message of another node, and says what is to be done.</summary>
    public IReadOnlyList<CoreEffect> Handle(object input)
    {
        _effects.Clear();
        if (IsStopped)
            return [];
        var before = State;
        Dispatch(input);
        if (!ReferenceEquals(before, State) || input is ExitingConfirmed)
            ActAtOnce();
        return _effects.ToArray();
    }

    private void Dispatch(object input)
    {
        switch (input)
        {
            case GossipEnvelope gossip: OnGossip(gossip); break;
            case GossipStatus status: OnStatus(status); break;
            case Join join: OnJoin(join); break;
            case Welcome welcome: OnWelcome(welcome); break;
            case InitJoin init: OnInitJoin(init); break;
            case InitJoinAck ack: OnSeedNodeAnswered(join => join.Acknowledged(ack.From, Now)); break;
            case InitJoinNack nack: OnSeedNodeAnswered(join => join.Refused(nack.From)); break;
            case ExitingConfirmed confirmed: OnExitingConfirmed(confirmed); break;
            case YouWereRemoved removed when removed.Node == _self: OnRemovedByOthers(removed.From.Address); break;
            case YouWereRemoved: break;
            case CoreInput.QuarantinedBy by: OnRemovedByOthers(by.Address); break;
            case CoreInput.GossipTick: GossipRound(); break;
            case CoreInput.LeaderTick: OnLeaderTick(); break;
            case CoreInput.ReapTick: Reap(); break;
            case CoreInput.JoinTick: ContinueJoin(); break;
            case CoreInput.JoinSeedNodes seeds: StartJoin(JoinProcess.Search(_self.Address, seeds.Seeds, _settings, Now)); break;
            case CoreInput.JoinTo to: OnJoinTo(to.Address); break;
            case CoreInput.Leave leave: OnLeave(leave.Address); break;
            case CoreInput.Down down: OnDown(down.Addresses); break;
            case CoreInput.ExitTasksDone: OnExitTasksDone(); break;
            default: throw new ArgumentException($"The membership core does not take {input.GetType()}.", nameof(input));
        }
    }

    private void StartJoin(JoinProcess process)
    {
        if (IsMember)
        {
            Log(LogLevel.InfoLevel, "Already a member of a cluster; a further join is ignored");
            return;
        }

        _join = process;
        ContinueJoin();
    }

    private void OnJoinTo(Address address)
    {
        if (!IsMember && address.Equals(_self.Address))
            StartOwnCluster();
        else
            StartJoin(JoinProcess.Direct(_self.Address, address, _settings, Now));
    }

    private void ContinueJoin()
    {
        if (_join is null)
            return;
        var step = _join.Tick(Now);
        if (step.Unsuccessful)
            _effects.Add(new CoreEffect.JoinUnsuccessful());
        foreach (var seed in step.Ask)
            Send(seed, new InitJoin(_self.Address));
        if (step.JoinAt is { } at)
            Send(at, new Join(_self, _roles));
        if (step.JoinSelf)
            StartOwnCluster();
    }

    private void StartOwnCluster()
    {
        _join = null;
        Log(LogLevel.InfoLevel, $"Node [{_self.Address}] is JOINING itself and forms a new cluster");
        Change(State.Gossip.Update([Member.CreateJoining(_self, _roles)]));
        LeaderActsOnConvergence();
    }

    private void OnInitJoin(InitJoin init)
    {
        if (init.From.Equals(_self.Address))
            return;
        var welcome = IsMember && !MemberTransitions.IsGoing(State.SelfStatus);
        Send(init.From, welcome ? new InitJoinAck(_self.Address) : new InitJoinNack(_self.Address));
    }

    private void OnSeedNodeAnswered(Action<JoinProcess> note)
    {
        if (_join is null)
            return;
        note(_join);
        ContinueJoin();
    }

    /// <summary>Another node, or a new incarnation of one, wants to join.</summary>
    private void OnJoin(Join join)
    {
        if (!IsMember || join.Node == _self || MemberTransitions.IsGoing(State.SelfStatus) || State.Gossip.Tombstones.ContainsKey(join.Node))
            return;
        if (join.Node.Address.System != _self.Address.System)
        {
            Log(LogLevel.WarningLevel, $"Node [{join.Node.Address}] of another actor system's name tried to join; it must be [{_self.Address.System}]");
            return;
        }

        var known = State.Members.FirstOrDefault(m => m.Address.Equals(join.Node.Address));
        if (known is null)
        {
            _detector.Remove(join.Node.Address);
            Log(LogLevel.InfoLevel, $"Node [{join.Node.Address}] is JOINING, roles [{string.Join(", ", join.Roles.Order(StringComparer.Ordinal))}]");
            Change(State.Gossip.Update([Member.CreateJoining(join.Node, join.Roles)]));
            Send(join.Node.Address, new Welcome(_self, State.Gossip));
        }
        else if (known.UniqueAddress == join.Node)
        {
            Send(join.Node.Address, new Welcome(_self, State.Gossip));
        }
        else if (known.Status != MemberStatus.Down)
        {
            // The address runs a new process, so the old one is certainly gone. The new one asks again after its removal.
            Log(LogLevel.InfoLevel, $"New incarnation of existing member [{known}] is trying to join. The existing one will be removed first");
            Change((State.Gossip with { Reachability = State.Gossip.Reachability.Terminated(_self, known.UniqueAddress) }).MarkDown(known));
        }
    }

    private void OnWelcome(Welcome welcome)
    {
        if (IsMember || _join?.JoiningTo?.Equals(welcome.From.Address) != true || !welcome.Gossip.HasMember(_self))
            return;
        _join = null;
        Log(LogLevel.InfoLevel, $"Welcome from [{welcome.From.Address}]");
        Adopt(State with { Gossip = welcome.Gossip.MarkSeen(_self) });
        GossipTo(welcome.From);
        TellPeers(1);
    }

    private void OnLeave(Address address)
    {
        var member = State.Members.FirstOrDefault(m => m.Address.Equals(address));
        if (member?.Status is not (MemberStatus.Joining or MemberStatus.WeaklyUp or MemberStatus.Up))
            return;
        Log(LogLevel.InfoLevel, $"Marked address [{address}] as [Leaving]");
        Change(State.Gossip.Update([member.Copy(MemberStatus.Leaving)]));
    }

    private void OnDown(ImmutableArray<Address> addresses)
    {
        var members = State.Members.Where(m => addresses.Contains(m.Address) && m.Status != MemberStatus.Down).ToList();
        foreach (var unknown in addresses.Where(a => !State.Members.Any(m => m.Address.Equals(a))))
            Log(LogLevel.InfoLevel, $"Ignoring down of unknown node [{unknown}]");
        if (members.Count == 0)
            return;
        Log(LogLevel.InfoLevel, $"Marking as [Down]: [{string.Join(", ", members.Select(m => m.Address))}]");
        Change(members.Aggregate(State.Gossip, (gossip, member) => gossip.MarkDown(member)));
        // Tells the downed nodes themselves, even those that are thought unreachable: they must stop.
        foreach (var member in members.Where(m => m.UniqueAddress != _self))
            GossipTo(member.UniqueAddress);
    }

    private void OnGossip(GossipEnvelope envelope)
    {
        if (AnsweredRemoved(envelope.From))
            return;
        var before = State;
        var received = ReceivedGossip.Take(State, envelope.From, envelope.To, envelope.Gossip, _exiting);
        if (received.Kind == GossipKind.Ignored)
        {
            Log(LogLevel.DebugLevel, $"Ignoring gossip from [{envelope.From}]: {received.Reason}");
            return;
        }

        foreach (var joined in received.State.Members.Where(m => m.Status == MemberStatus.Joining && !before.Gossip.HasMember(m.UniqueAddress)))
            _detector.Remove(joined.Address);
        Adopt(received.State);
        if (received.AnswerSender)
            GossipTo(envelope.From);
        TellLeaderWhenAllHaveSeen(before);
        StartExitTasksWhenExiting();
    }

    private void OnStatus(GossipStatus status)
    {
        if (AnsweredRemoved(status.From) || !State.Gossip.HasMember(status.From) || !State.Gossip.Reachability.IsReachable(_self, status.From))
            return;
        var order = status.Version.CompareTo(State.Gossip.Version);
        if (order == VectorClock.Ordering.After)
            Send(status.From.Address, new GossipStatus(_self, State.Gossip.Version));
        else if (order != VectorClock.Ordering.Same)
            GossipTo(status.From);
    }

    private void OnExitingConfirmed(ExitingConfirmed confirmed)
    {
        if (State.Gossip.Find(confirmed.Node)?.Status == MemberStatus.Exiting)
            _exitingConfirmed.Add(confirmed.Node);
    }

    /// <summary>A node that was removed while it was cut off learns it here; its old state must not spread.</summary>
    private bool AnsweredRemoved(UniqueAddress from)
    {
        if (!State.Gossip.Tombstones.ContainsKey(from))
            return false;
        Send(from.Address, new YouWereRemoved(_self, from));
        return true;
    }

    private void OnRemovedByOthers(Address by)
    {
        if (!State.Members.Any(m => m.Address.Equals(by)) || _exitTasksStarted)
            return;
        Log(LogLevel.WarningLevel, $"This node was removed from the cluster by [{by}] while it was cut off; shutting down");
        Stop(downed: true);
    }

    private void OnExitTasksDone()
    {
        if (!_exiting)
            return;
        _exiting = false;
        Log(LogLevel.InfoLevel, "Exiting completed");
        Adopt(State with { Gossip = State.Gossip.MarkSeen(_self) });
        TellPeers(CoreSettings.FarewellGossipPeers);
        var others = State.Members.Where(m => m.UniqueAddress != _self).ToList();
        // The two that may be leader when this arrives.
        for (var i = 0; i < 2 && State.LeaderOf(others) is { } leader; i++)
        {
            Send(leader.Address, new ExitingConfirmed(_self));
            others.RemoveAll(m => m.UniqueAddress == leader);
        }

        Stop(downed: false);
    }

    private void GossipRound()
    {
        foreach (var peer in _peers.ForRound(State))
        {
            if (State.Gossip.IsSeenBy(peer))
                Send(peer.Address, new GossipStatus(_self, State.Gossip.Version));
            else
                GossipTo(peer);
        }
    }

    private void OnLeaderTick()
    {
        if (State.IsLeader && State.IsConverged(_exitingConfirmed))
            LeaderActsOnConvergence();
        else if (State.IsLeader)
            LeaderActsWithoutConvergence();
        else
            _unconvergedSince = null;
        _exitingConfirmed.RemoveWhere(node => !State.Gossip.HasMember(node));
        StopWhenDown(tick: true);
    }

    /// <summary>After every input: what need not wait for a tick.</summary>
    private void ActAtOnce()
    {
        StopWhenDown(tick: false);
        if (IsStopped || !State.IsLeader || !State.IsConverged(_exitingConfirmed))
            return;
        // A joining member counts only now: it should have the state before it is called up.
        var allSeen = State.Members.All(m => State.Gossip.IsSeenBy(m.UniqueAddress)
            || MemberTransitions.IsGoing(m.Status) || !State.Gossip.Reachability.IsReachable(m.UniqueAddress));
        if (allSeen)
            LeaderActsOnConvergence();
    }

    private void LeaderActsOnConvergence()
    {
        _unconvergedSince = null;
        Carry(LeaderActions.OnConvergence(State, LeaderContext()));
        StartExitTasksWhenExiting();
    }

    private void LeaderActsWithoutConvergence()
    {
        _unconvergedSince ??= Now;
        if (_settings.AllowWeaklyUp && Now - _unconvergedSince.Value >= _settings.WeaklyUpAfter)
            Carry(LeaderActions.WithoutConvergence(State, LeaderContext()));
    }

    private LeaderActions.Context LeaderContext() => new(
        _exitingConfirmed,
        State.HasEnoughMembers(_settings.MinNrOfMembers, _settings.MinNrOfMembersOfRole),
        !_exiting,
        _time.GetUtcNow().ToUnixTimeMilliseconds(),
        (long)CoreSettings.TombstoneTtl.TotalMilliseconds);

    private void Carry(LeaderActions actions)
    {
        if (ReferenceEquals(actions.State, State))
            return;
        _effects.Add(new CoreEffect.LeaderActed(actions));
        _exiting |= actions.SelfExits;
        Adopt(actions.State);
        TellPeers(CoreSettings.EagerGossipPeers);
    }

    private void Reap()
    {
        var observation = Observation.Make(State, _detector.IsAvailable);
        foreach (var lost in observation.Lost)
            Log(LogLevel.WarningLevel, $"Marking node as UNREACHABLE [{lost}]");
        foreach (var found in observation.Found)
            Log(LogLevel.InfoLevel, $"Marking node as REACHABLE [{found}]");
        if (!ReferenceEquals(observation.Reachability, State.Gossip.Reachability))
            Change(State.Gossip with { Reachability = observation.Reachability });
    }

    /// <summary>A downed node stops itself, but first lets the news spread to others that are downed with it.</summary>
    private void StopWhenDown(bool tick)
    {
        if (IsStopped || State.SelfStatus != MemberStatus.Down)
            return;
        var unreachable = State.Gossip.Reachability.AllUnreachable;
        var spread = State.Members.Where(m => m.Status == MemberStatus.Down)
            .All(m => m.UniqueAddress == _self || unreachable.Contains(m.UniqueAddress) || State.Gossip.IsSeenBy(m.UniqueAddress));
        if (!spread && !(tick && ++_ticksSelfDown >= CoreSettings.MaxTicksBeforeShuttingDownMyself))
            return;
        Log(LogLevel.WarningLevel, "This node has been downed; shutting down");
        TellPeers(CoreSettings.FarewellGossipPeers);
        Stop(downed: true);
    }

    private void StartExitTasksWhenExiting()
    {
        if (State.SelfStatus != MemberStatus.Exiting || _exitTasksStarted)
            return;
        _exiting = _exitTasksStarted = true;
        _effects.Add(new CoreEffect.RunExitTasks());
    }

    private void TellLeaderWhenAllHaveSeen(MembershipState before)
    {
        if (State.Members.Count >= TellLeaderBelowMembers || !AllSeen(State.Gossip))
            return;
        var news = before.Gossip.Version != State.Gossip.Version || !AllSeen(before.Gossip);
        if (news && State.Leader is { } leader && leader != _self)
            GossipTo(leader);

        static bool AllSeen(Gossip gossip) => gossip.Members.All(m => gossip.IsSeenBy(m.UniqueAddress));
    }

    /// <summary>This node's own change: a new version, told at once.</summary>
    private void Change(Gossip changed)
    {
        Adopt(State.Updated(changed, markSeen: !_exiting));
        TellPeers(CoreSettings.EagerGossipPeers);
    }

    private void Adopt(MembershipState state)
    {
        if (ReferenceEquals(state.Gossip, State.Gossip))
            return;
        State = state;
        _effects.Add(new CoreEffect.Publish(state));
    }

    private void TellPeers(int count)
    {
        foreach (var peer in _peers.ForChange(State, count))
            GossipTo(peer);
    }

    private void Stop(bool downed)
    {
        IsStopped = true;
        _effects.Add(new CoreEffect.Stop(downed));
    }

    private void GossipTo(UniqueAddress peer) => Send(peer.Address, new GossipEnvelope(_self, peer, State.Gossip));

    private void Send(Address to, IClusterMessage message) => _effects.Add(new CoreEffect.Send(to, message));

    private void Log(LogLevel level, string text) => _effects.Add(new CoreEffect.Log(level, text));
}
