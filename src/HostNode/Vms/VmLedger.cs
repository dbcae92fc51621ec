using System.Collections.Immutable;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.HostNode.Vms;

/// <summary>
/// What a host knows of its VMs in one boot, and what follows from each command: a plain object without actors, machines or clocks.
/// The host actor feeds it with commands and with what its VM actors tell, carries out the effects, and reports <see cref="Report"/>.
/// <para>
/// Commands may be lost, doubled or late. What makes that harmless: each carries an incarnation; the highest that was ever seen is kept also after
/// a VM is forgotten, until so many others were that no message about it can still be under way; a start is done at most once for an incarnation, and never for an older one; a stop for an
/// incarnation that never came is remembered as its end, so that a start behind it comes to nothing.
/// </para>
/// </summary>
public sealed class VmLedger
{
    private readonly Dictionary<VmId, VmReport> _vms = [];
    private readonly Dictionary<VmId, Incarnation> _highest = [];
    private readonly Queue<(VmId Vm, Incarnation Highest)> _forgotten = [];
    private readonly ChangeOrder _changes = new();
    private readonly Queue<VmId> _gone = [];
    private long _droppedUntil;

    /// <summary>Most VMs whose highest incarnation is kept though they are forgotten.</summary>
    public const int MostForgotten = 10_000;

    /// <summary>How many VMs there are whose highest incarnation is known.</summary>
    public int Remembered => _highest.Count;

    /// <summary>How many VMs are not final.</summary>
    public int Live => _vms.Values.Count(v => !VmLifecycle.IsFinal(v.State));

    /// <summary>The version of the latest change.</summary>
    public long Version => _changes.Version;

    /// <summary>All VMs, in the order of ids.</summary>
    public ImmutableArray<VmReport> Report() => [.. _vms.Values.OrderBy(v => v.Vm)];

    /// <summary>What has changed since a version that the controller has confirmed.</summary>
    /// <param name="confirmed">The version; one so old that VMs were forgotten since counts as none.</param>
    /// <param name="most">Most changes of one part.</param>
    public (ImmutableArray<VmReport> Vms, ReportPart Part) ReportSince(long confirmed, int most)
    {
        var since = confirmed < _droppedUntil ? 0 : confirmed;
        var changed = _changes.After(since).Take(most + 1).ToList();
        var more = changed.Count > most;
        if (more)
            changed.RemoveAt(most);
        ImmutableArray<VmReport> vms = [.. changed.Where(_vms.ContainsKey).Select(vm => _vms[vm])];
        ImmutableArray<VmId> gone = since == 0 ? [] : [.. changed.Where(vm => !_vms.ContainsKey(vm))];
        return (vms, new ReportPart(since, more ? _changes.VersionOf(changed[^1]) : _changes.Version, more, gone));
    }

    /// <summary>
    /// The controller knows all changes up to a version: that VMs are gone need not be remembered any longer. If it knows less than was dropped so,
    /// everything is told again, under versions that nobody knows yet.
    /// </summary>
    public void Confirmed(long version)
    {
        if (version < _droppedUntil)
        {
            _droppedUntil = _changes.Version;
            _gone.Clear();
            _changes.Restart(_vms.Keys.Order());
            return;
        }

        while (_gone.TryPeek(out var vm) && (_vms.ContainsKey(vm) || _changes.VersionOf(vm) <= version))
        {
            _gone.Dequeue();
            if (_vms.ContainsKey(vm))
                continue;
            _droppedUntil = Math.Max(_droppedUntil, _changes.VersionOf(vm));
            _changes.Drop(vm);
        }
    }

    /// <summary>The line about one VM, if the host knows it.</summary>
    public VmReport? Find(VmId vm) => _vms.GetValueOrDefault(vm);

    /// <summary>What a command leads to.</summary>
    public VmEffect Handle(IVmCommand command) => command switch
    {
        StartVm start => Start(start),
        StopVm stop => Stop(stop),
        ForgetVm forget => Forget(forget),
        SaveForMove save => Save(save),
        CancelMove cancel => Cancel(cancel),
        _ => new VmEffect.Refused(command.Vm, Refusal.UnknownCommand),
    };

    /// <summary>
    /// The VM's actor says that its state changed. False if that incarnation is not the current one, or has gone on to where this state cannot
    /// follow (it was told to stop meanwhile): a late message, dropped.
    /// </summary>
    public bool Changed(VmReport report)
    {
        if (!_vms.TryGetValue(report.Vm, out var known) || known.Incarnation != report.Incarnation || (known.State, known.Move, known.Saving) == (report.State, report.Move, report.Saving))
            return false;
        if (known.State != report.State && !VmLifecycle.IsLegal(known.State, report.State))
            return false;
        Set(report);
        return true;
    }

    private void Set(VmReport report)
    {
        _vms[report.Vm] = report;
        _changes.Note(report.Vm);
    }

    private VmEffect Start(StartVm start)
    {
        var highest = _highest.GetValueOrDefault(start.Vm, Incarnation.None);
        if (start.Incarnation < highest)
            return new VmEffect.Refused(start.Vm, Refusal.OlderIncarnation);
        if (start.Incarnation == highest)
            return new VmEffect.Refused(start.Vm, Refusal.AlreadyDone);
        if (_vms.TryGetValue(start.Vm, out var known) && !VmLifecycle.IsFinal(known.State))
            return new VmEffect.Refused(start.Vm, Refusal.EarlierIncarnationStillHere);
        _highest[start.Vm] = start.Incarnation;
        Set(new VmReport(start.Vm, start.Incarnation, VmState.Starting));
        return new VmEffect.Build(start);
    }

    private VmEffect Stop(StopVm stop)
    {
        if (stop.Incarnation < _highest.GetValueOrDefault(stop.Vm, Incarnation.None))
            return new VmEffect.Refused(stop.Vm, Refusal.OlderIncarnation);
        _highest[stop.Vm] = stop.Incarnation;
        if (!_vms.TryGetValue(stop.Vm, out var known) || VmLifecycle.IsFinal(known.State))
        {
            if (known is not null && known.Incarnation == stop.Incarnation)
                return new VmEffect.Refused(stop.Vm, Refusal.AlreadyDone);
            Set(new VmReport(stop.Vm, stop.Incarnation, VmState.Stopped, stop.Reason));
            return new VmEffect.Nothing(stop.Vm);
        }

        if (known.State == VmState.Stopping && stop.Grace > TimeSpan.Zero)
            return new VmEffect.Refused(stop.Vm, Refusal.AlreadyDone);
        Set(known with { State = VmState.Stopping, Move = null, Saving = null });
        return new VmEffect.End(stop.Vm, known.Incarnation, stop.Reason, stop.Grace);
    }

    private VmEffect Forget(ForgetVm forget)
    {
        if (_vms.TryGetValue(forget.Vm, out var known))
        {
            if (known.Incarnation > forget.Incarnation)
                return new VmEffect.Refused(forget.Vm, Refusal.OlderIncarnation);
            if (!VmLifecycle.IsFinal(known.State))
                return new VmEffect.Refused(forget.Vm, Refusal.EarlierIncarnationStillHere);
            _vms.Remove(forget.Vm);
            _changes.Note(forget.Vm);
            _gone.Enqueue(forget.Vm);
            Remember(forget.Vm);
        }

        return forget.DeleteVolumes ? new VmEffect.DeleteVolumes(forget.Vm) : new VmEffect.Nothing(forget.Vm);
    }

    /// <summary>What is here again when its turn has come, or was, is remembered until its next turn.</summary>
    private void Remember(VmId forgotten)
    {
        _forgotten.Enqueue((forgotten, _highest[forgotten]));
        if (_forgotten.Count > MostForgotten && _forgotten.Dequeue() is var (oldest, highest) && _highest.GetValueOrDefault(oldest) == highest && !_vms.ContainsKey(oldest))
            _highest.Remove(oldest);
    }

    private VmEffect Save(SaveForMove save)
    {
        if (!_vms.TryGetValue(save.Vm, out var known) || known.Incarnation != save.Incarnation)
            return new VmEffect.Refused(save.Vm, Refusal.OlderIncarnation);
        if (known.Move == save.Move || known.Saving == save.Move)
            return new VmEffect.Refused(save.Vm, Refusal.AlreadyDone);
        if (known is not { State: VmState.Running, Saving: null })
            return new VmEffect.Refused(save.Vm, Refusal.WrongState);
        Set(known with { Saving = save.Move });
        return new VmEffect.Save(save.Vm, save.Incarnation, save.Move);
    }

    private VmEffect Cancel(CancelMove cancel)
    {
        if (!_vms.TryGetValue(cancel.Vm, out var known) || known.Incarnation != cancel.Incarnation || (known.Move != cancel.Move && known.Saving != cancel.Move))
            return new VmEffect.Refused(cancel.Vm, Refusal.AlreadyDone);
        return new VmEffect.ResumeAfterMove(cancel.Vm, cancel.Incarnation, cancel.Move);
    }
}

/// <summary>Why a command leads to nothing: a closed set. None is an error; each is what a lost, doubled or late message meets.</summary>
public enum Refusal
{
    /// <summary>A newer incarnation was seen.</summary>
    OlderIncarnation,

    /// <summary>It was done before.</summary>
    AlreadyDone,

    /// <summary>An earlier incarnation has not ended here.</summary>
    EarlierIncarnationStillHere,

    /// <summary>The VM is in a state in which the command means nothing.</summary>
    WrongState,

    /// <summary>From a newer controller.</summary>
    UnknownCommand,
}

/// <summary>What the host does for a command.</summary>
public abstract record VmEffect(VmId Vm)
{
    /// <summary>Nothing, and why.</summary>
    public sealed record Refused(VmId Vm, Refusal Reason) : VmEffect(Vm);

    /// <summary>Nothing: the ledger alone changed.</summary>
    public sealed record Nothing(VmId Vm) : VmEffect(Vm);

    /// <summary>Build the machine and run it.</summary>
    public sealed record Build(StartVm Command) : VmEffect(Command.Vm);

    /// <summary>End the machine.</summary>
    public sealed record End(VmId Vm, Incarnation Incarnation, EndReason Reason, TimeSpan Grace) : VmEffect(Vm);

    /// <summary>Pause it and save it for a move.</summary>
    public sealed record Save(VmId Vm, Incarnation Incarnation, MoveId Move) : VmEffect(Vm);

    /// <summary>Give up the save, or drop what was saved, and go on.</summary>
    public sealed record ResumeAfterMove(VmId Vm, Incarnation Incarnation, MoveId Move) : VmEffect(Vm);

    /// <summary>The VM is gone: delete its volumes.</summary>
    public sealed record DeleteVolumes(VmId Vm) : VmEffect(Vm);
}
