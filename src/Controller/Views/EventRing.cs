using System.Collections.Frozen;
using System.Collections.Immutable;
using Trapline.Controller.Journal;
using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Shared.Api;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Views;

/// <summary>The latest events, for whoever follows them: filled again by a recovery, as far as the journal still has them.</summary>
public sealed class EventRing
{
    /// <summary>How many are remembered.</summary>
    public const int Capacity = 2_000;

    private static readonly FrozenDictionary<Type, string> Kinds = JournalEvents.All.ToFrozenDictionary(e => e.Value.Type, e => e.Key);

    private readonly EventView[] _ring = new EventView[Capacity];
    private long _added;

    /// <summary>Adds the event that led to a model.</summary>
    /// <param name="before">The model that it met: a VM that it removes still has its name there.</param>
    /// <param name="after">The model with it.</param>
    /// <param name="happened">The event.</param>
    public void Add(ClusterModel before, ClusterModel after, IClusterEvent happened)
    {
        var vm = (happened as IVmEvent)?.Vm;
        var record = vm is { } id ? after.Vms.GetValueOrDefault(id) ?? before.Vms.GetValueOrDefault(id) : null;
        _ring[_added++ % Capacity] = new EventView(
            after.Generation,
            happened.At,
            Kinds.GetValueOrDefault(happened.GetType(), happened.GetType().Name),
            vm?.Value,
            record?.Spec.Name,
            NodeOf(happened, before)?.Value,
            IncarnationOf(happened)?.Value,
            EventText.Describe(happened, id => after.Vms.GetValueOrDefault(id)?.Spec.Name ?? id.Value),
            (happened as VmEnded)?.End.ToString());
    }

    /// <summary>Those after a generation, the oldest first.</summary>
    public ImmutableArray<EventView> After(long generation, int most)
    {
        var events = ImmutableArray.CreateBuilder<EventView>();
        for (var i = Math.Max(0, _added - Capacity); i < _added && events.Count < most; i++)
        {
            var one = _ring[i % Capacity];
            if (one.Generation > generation)
                events.Add(one);
        }

        return events.ToImmutable();
    }

    private static HostId? NodeOf(IClusterEvent happened, ClusterModel before) => happened switch
    {
        IHostEvent e => e.Host,
        VmPlaced e => e.Host,
        MoveStarted e => e.From,
        IVmEvent e => before.Vms.GetValueOrDefault(e.Vm)?.Assignment?.Host,
        _ => null,
    };

    private static Incarnation? IncarnationOf(IClusterEvent happened) => happened switch
    {
        VmPlaced e => e.Incarnation,
        VmStarted e => e.Incarnation,
        VmEnded e => e.Incarnation,
        RebootRequested e => e.Incarnation,
        _ => null,
    };
}
