using Akka.Event;

namespace Akka.Cluster;

/// <summary>The callbacks for when this node becomes up and when it stops being a member. Each runs once. Thread-safe.</summary>
internal sealed class MembershipCallbacks(ILoggingAdapter log)
{
    private readonly Lock _lock = new();
    private readonly List<Action> _onUp = [];
    private readonly List<Action> _onRemoved = [];
    private bool _up;
    private bool _removed;
    private bool _wasMember;

    public void OnUp(Action callback)
    {
        lock (_lock)
        {
            if (!_up)
            {
                _onUp.Add(callback);
                return;
            }
        }

        Run(callback);
    }

    public void OnRemoved(Action callback)
    {
        lock (_lock)
        {
            if (!_removed)
            {
                _onRemoved.Add(callback);
                return;
            }
        }

        Run(callback);
    }

    /// <summary>This node has now the given status.</summary>
    public void Update(MemberStatus status)
    {
        List<Action> due = [];
        lock (_lock)
        {
            _wasMember |= status != MemberStatus.Removed;
            if (status == MemberStatus.Up && !_up)
            {
                _up = true;
                due.AddRange(_onUp);
                _onUp.Clear();
            }
            else if (status == MemberStatus.Removed && _wasMember)
            {
                due.AddRange(TakeRemoved());
            }
        }

        due.ForEach(Run);
    }

    /// <summary>The cluster has stopped on this node, whether or not it was ever a member.</summary>
    public void Close()
    {
        List<Action> due;
        lock (_lock)
            due = TakeRemoved();
        due.ForEach(Run);
    }

    private List<Action> TakeRemoved()
    {
        _removed = true;
        var due = _onRemoved.ToList();
        _onRemoved.Clear();
        return due;
    }

    private void Run(Action callback)
    {
        try
        {
            callback();
        }
        catch (Exception e)
        {
            log.Error(e, "A callback for a change of this node's membership failed");
        }
    }
}
