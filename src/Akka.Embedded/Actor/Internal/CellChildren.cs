// The children of one cell. The owner changes them from inside the actor, but a guardian's children are also added by any
// thread that calls ActorSystem.ActorOf, and any thread may look a child up while it resolves a path; hence the lock.
namespace Akka.Actor.Internal;

/// <summary>Why a cell waits for children to end.</summary>
internal abstract class SuspendReason
{
    internal sealed class UserRequest : SuspendReason
    {
        public static readonly UserRequest Instance = new();
    }

    internal sealed class Recreation(Exception? cause) : SuspendReason
    {
        public Exception? Cause { get; } = cause;
    }

    internal sealed class Creation : SuspendReason
    {
        public static readonly Creation Instance = new();
    }

    internal sealed class Termination : SuspendReason
    {
        public static readonly Termination Instance = new();
    }
}

internal sealed class CellChildren
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ChildRestartStats?> _byName = new(StringComparer.Ordinal);
    private readonly HashSet<IActorRef> _dying = [];
    private SuspendReason? _reason;
    private bool _terminated;

    /// <summary>Whether no user message may run until children have ended.</summary>
    internal bool IsWaiting => _terminated || _reason is SuspendReason.Recreation or SuspendReason.Creation or SuspendReason.Termination;

    internal bool IsTerminating => _terminated || _reason is SuspendReason.Termination;

    internal bool IsWaitingForRestart => _reason is SuspendReason.Recreation or SuspendReason.Creation;

    internal IReadOnlyList<ChildRestartStats> Stats
    {
        get
        {
            lock (_lock)
                return _byName.Count == 0 ? [] : _byName.Values.OfType<ChildRestartStats>().ToList();
        }
    }

    /// <summary>Takes a name for a child that is about to be made.</summary>
    /// <exception cref="InvalidActorNameException">The name is taken.</exception>
    internal void Reserve(string name)
    {
        lock (_lock)
        {
            if (IsTerminating)
                throw new InvalidOperationException($"Cannot reserve actor name [{name}]: terminating or terminated");
            if (!_byName.TryAdd(name, null))
                throw new InvalidActorNameException($"Actor name \"{name}\" is not unique!");
        }
    }

    internal void Unreserve(string name)
    {
        lock (_lock)
        {
            if (_byName.TryGetValue(name, out var stats) && stats is null)
                _byName.Remove(name);
        }
    }

    /// <summary>Fills a reserved name; null if it was not reserved (the parent has ended meanwhile).</summary>
    internal ChildRestartStats? Init(IInternalActorRef child)
    {
        lock (_lock)
        {
            if (!_byName.TryGetValue(child.Path.Name, out var stats))
                return null;
            return _byName[child.Path.Name] = stats ?? new ChildRestartStats(child);
        }
    }

    internal ChildRestartStats? ByName(string name)
    {
        lock (_lock)
            return _byName.GetValueOrDefault(name);
    }

    internal ChildRestartStats? ByRef(IActorRef child)
    {
        var stats = ByName(child.Path.Name);
        return stats is not null && stats.Child.Equals(child) ? stats : null;
    }

    /// <summary>Notes that <paramref name="child"/> has been told to stop.</summary>
    internal bool MarkDying(IActorRef child)
    {
        lock (_lock)
        {
            if (!_byName.TryGetValue(child.Path.Name, out var stats) || stats is null || !stats.Child.Equals(child))
                return false;
            _dying.Add(child);
            _reason ??= SuspendReason.UserRequest.Instance;
            return true;
        }
    }

    /// <summary>Sets what to do when the last dying child has ended; false if there is none to wait for.</summary>
    internal bool WaitBecauseOf(SuspendReason reason)
    {
        lock (_lock)
        {
            if (_dying.Count == 0)
                return false;
            _reason = reason;
            return true;
        }
    }

    /// <summary>Forgets a child; returns what was waited for if it was the last one.</summary>
    internal SuspendReason? Remove(IActorRef child)
    {
        lock (_lock)
        {
            if (_byName.TryGetValue(child.Path.Name, out var stats) && stats is not null && stats.Child.Equals(child))
                _byName.Remove(child.Path.Name);
            if (!_dying.Remove(child) || _dying.Count > 0)
                return null;
            var reason = _reason;
            _reason = null;
            return reason is SuspendReason.UserRequest ? null : reason;
        }
    }

    internal void SetTerminated()
    {
        lock (_lock)
        {
            _terminated = true;
            _byName.Clear();
            _dying.Clear();
        }
    }
}
