using System.Collections.Immutable;
using Akka.Cluster.Membership;

namespace Akka.Cluster.Tools.Singleton;

/// <summary>
/// Which node of a role runs the singleton, as <c>state + input -> state + effects</c> of one node:
/// <code>
///   Waiting ──► Younger ── is the oldest ──► BecomingOldest ── all before it are done ──► Oldest
///                                                                                         │
///                    Ended ◄── singleton stopped ── HandingOver ◄── asked, or nobody ── WasOldest
///   and from everywhere, when this node is downed or removed:  Stopping ──► Stopped
/// </code>
/// A node that has handed over never becomes the oldest again: it was asked because it is leaving, or because the others
/// have removed it and it does not know yet.
/// It is run by the oldest member that is up or leaving. A node becomes the oldest only when every member before it is done:
/// it has said so (<see cref="HandOverDone"/>), or it has been removed for longer than the removal margin, by which time a
/// node that was only cut off has noticed that it was downed.
/// </summary>
internal sealed class SingletonCore(UniqueAddress self, string role) : IClusterSingletonData
{
    private readonly List<SingletonEffect> _effects = [];
    private readonly SortedDictionary<int, UniqueAddress> _before = [];
    private readonly HashSet<UniqueAddress> _marginRunning = [];
    private Gossip _members = Gossip.Empty;
    private UniqueAddress? _successor;
    private UniqueAddress? _handOverTo;
    private bool _wasOldest;
    private bool _running;
    private bool _exiting;

    public enum Phase
    {
        Waiting,
        Younger,
        BecomingOldest,
        Oldest,
        WasOldest,
        HandingOver,
        Ended,
        Stopping,
        Stopped,
    }

    public Phase Current { get; private set; } = Phase.Waiting;

    /// <summary>The members before this one that are not known to be done, from the oldest on.</summary>
    public IEnumerable<UniqueAddress> Before => _before.Values;

    /// <summary>Takes a <see cref="MembershipState"/>, a <see cref="SingletonInput"/> or a message of another manager.</summary>
    public IReadOnlyList<SingletonEffect> Handle(object input)
    {
        _effects.Clear();
        switch (input)
        {
            case MembershipState state: OnState(state); break;
            case HandOverToMe message: OnHandOverToMe(message.From); break;
            case HandOverInProgress: break;
            case HandOverDone message: OnHandOverDone(message); break;
            case TakeOverFromMe message: OnTakeOverFromMe(message.From); break;
            case SingletonInput.SingletonStopped: OnSingletonStopped(); break;
            case SingletonInput.MarginPassed passed: OnDone(passed.Node, coversOlder: false); break;
            case SingletonInput.Retry: OnRetry(); break;
            default: throw new ArgumentException($"The singleton manager does not take {input.GetType()}.", nameof(input));
        }

        return _effects.ToArray();
    }

    /// <summary>The member that runs the singleton: the oldest that is not on its way out. A downed one counts until it is removed.</summary>
    public static Member? Oldest(MembershipState state, string role) =>
        state.Members
            .Where(m => IsCandidate(m, role) && m.Status is (MemberStatus.Up or MemberStatus.Leaving or MemberStatus.Down))
            .Min(Member.AgeOrdering);

    private static bool IsCandidate(Member member, string role) =>
        member.UpNumber != Member.NotYetUp && (role.Length == 0 || member.HasRole(role));

    private void OnState(MembershipState state)
    {
        _members = state.Gossip;
        if (Current is Phase.Stopping or Phase.Stopped)
            return;
        if (state.SelfStatus == MemberStatus.Down || (state.SelfStatus == MemberStatus.Removed && Current != Phase.Waiting))
        {
            EndNow();
            return;
        }

        NoteThoseBefore(state);
        _exiting = state.SelfStatus == MemberStatus.Exiting;
        var oldest = Oldest(state, role)?.UniqueAddress;
        if (Current == Phase.Waiting && state.SelfMember is { } me && IsCandidate(me, role))
            Current = Phase.Younger;
        if (oldest == self && Current == Phase.Younger && !_exiting)
            BecomeOldest();
        else if (oldest != self && Current == Phase.Oldest)
            StepBack(oldest);
        else if (Current == Phase.WasOldest && oldest != _successor)
            StepBack(oldest);
        else if (oldest != self && Current == Phase.BecomingOldest)
            Current = Phase.Younger;
        ReportExit();
    }

    /// <summary>Remembers older members while they are members, and starts the margin of those that are gone.</summary>
    private void NoteThoseBefore(MembershipState state)
    {
        var mine = state.SelfMember is { } me && IsCandidate(me, role) ? me.UpNumber : 0;
        if (Current == Phase.Waiting)
        {
            foreach (var older in state.Members.Where(m => IsCandidate(m, role) && m.UpNumber < mine))
                _before[older.UpNumber] = older.UniqueAddress;
        }

        foreach (var gone in _before.Values.Where(n => !state.Gossip.HasMember(n) && _marginRunning.Add(n)).ToList())
            _effects.Add(new SingletonEffect.StartMargin(gone));
    }

    private void BecomeOldest()
    {
        if (_before.Count == 0)
        {
            Start();
            return;
        }

        Current = Phase.BecomingOldest;
        AskThoseBefore();
        _effects.Add(new SingletonEffect.StartRetry());
    }

    private void Start()
    {
        Current = Phase.Oldest;
        _wasOldest = _running = true;
        _effects.Add(new SingletonEffect.StopRetry());
        _effects.Add(new SingletonEffect.StartSingleton());
    }

    /// <summary>This node is exiting, so another one follows it, or nobody does.</summary>
    private void StepBack(UniqueAddress? successor)
    {
        Current = Phase.WasOldest;
        _successor = successor;
        if (successor is null)
        {
            HandOver(null);
            return;
        }

        _effects.Add(new SingletonEffect.Send(successor, new TakeOverFromMe(self)));
        _effects.Add(new SingletonEffect.StartRetry());
    }

    private void OnHandOverToMe(UniqueAddress from)
    {
        switch (Current)
        {
            case Phase.Oldest or Phase.WasOldest or Phase.HandingOver when !IsEntitled(from):
                break;
            case Phase.Oldest or Phase.WasOldest:
                HandOver(from);
                break;
            case Phase.HandingOver:
                _handOverTo = from;
                _effects.Add(new SingletonEffect.Send(from, new HandOverInProgress(self)));
                break;
            case Phase.Younger or Phase.Waiting or Phase.Ended:
                _effects.Add(new SingletonEffect.Send(from, new HandOverDone(self, _wasOldest)));
                break;
        }
    }

    /// <summary>A node that was cut off and downed may believe that it is the oldest of those that it can see.</summary>
    private bool IsEntitled(UniqueAddress node) => _members.Find(node) is { } member && member.Status != MemberStatus.Down;

    private void HandOver(UniqueAddress? to)
    {
        Current = Phase.HandingOver;
        _handOverTo = to;
        _effects.Add(new SingletonEffect.StopRetry());
        if (to is not null)
            _effects.Add(new SingletonEffect.Send(to, new HandOverInProgress(self)));
        if (_running)
            _effects.Add(new SingletonEffect.StopSingleton());
        else
            FinishHandOver();
    }

    private void OnSingletonStopped()
    {
        _running = false;
        if (Current == Phase.HandingOver)
            FinishHandOver();
        else if (Current == Phase.Stopping)
            Finish();
    }

    private void FinishHandOver()
    {
        Current = Phase.Ended;
        if (_handOverTo is { } to)
            _effects.Add(new SingletonEffect.Send(to, new HandOverDone(self, CoversOlder: true)));
        ReportExit();
    }

    private void OnHandOverDone(HandOverDone message) => OnDone(message.From, message.CoversOlder);

    /// <summary>That member runs no singleton any more; if it has been the oldest, none before it does.</summary>
    private void OnDone(UniqueAddress node, bool coversOlder)
    {
        var age = _before.FirstOrDefault(b => b.Value == node);
        if (age.Value is null)
            return;
        foreach (var done in _before.Keys.Where(k => k == age.Key || (coversOlder && k < age.Key)).ToList())
            _before.Remove(done);
        if (Current == Phase.BecomingOldest && _before.Count == 0)
            Start();
    }

    private void OnTakeOverFromMe(UniqueAddress from)
    {
        if (Current == Phase.BecomingOldest)
            _effects.Add(new SingletonEffect.Send(from, new HandOverToMe(self)));
    }

    private void OnRetry()
    {
        if (Current == Phase.BecomingOldest)
            AskThoseBefore();
        else if (Current == Phase.WasOldest && _successor is not null)
            _effects.Add(new SingletonEffect.Send(_successor, new TakeOverFromMe(self)));
    }

    private void AskThoseBefore()
    {
        foreach (var node in _before.Values)
            _effects.Add(new SingletonEffect.Send(node, new HandOverToMe(self)));
    }

    /// <summary>A downed node must not wait for anybody: the others count on its singleton being gone.</summary>
    private void EndNow()
    {
        _effects.Add(new SingletonEffect.StopRetry());
        if (!_running)
        {
            Finish();
            return;
        }

        var stopping = Current == Phase.HandingOver;
        Current = Phase.Stopping;
        if (!stopping)
            _effects.Add(new SingletonEffect.StopSingleton());
    }

    private void Finish()
    {
        Current = Phase.Stopped;
        _effects.Add(new SingletonEffect.ExitDone());
        _effects.Add(new SingletonEffect.StopSelf());
    }

    private void ReportExit()
    {
        if (_exiting && !_running && Current is (Phase.Younger or Phase.Waiting or Phase.Ended))
            _effects.Add(new SingletonEffect.ExitDone());
    }
}
