using System.Collections.Immutable;
using Trapline.Controller.Model;
using Trapline.Controller.Placement.Filters;
using Trapline.Controller.Placement.Scorers;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;

namespace Trapline.Controller.Placement;

/// <summary>
/// Places VMs on the hosts of one model, one after the other, each seeing the ones before it: filter, then score, the best host wins and
/// the lower id breaks ties. The model itself is not changed: what is decided here becomes events elsewhere.
/// <para>
/// Hosts are kept in the order of their score, which does not depend on the VM; so a decision looks at hosts from the best on and ends at the
/// first that passes, which is the one that scoring all of them would choose. <see cref="Explain"/> looks at all of them, for people.
/// </para>
/// </summary>
public sealed class PlacementSession
{
    private static readonly IHostFilter StartLimit = new StartLimitFilter();

    private static readonly IHostFilter[] FiltersButStarts =
        [new AliveFilter(), new SchedulableFilter(), new ExclusionFilter(), new ApartFilter(), new TogetherFilter(), new RoomFilter(), new DiskFilter()];

    private static readonly ImmutableArray<IHostFilter> Filters = [.. FiltersButStarts, StartLimit];

    private readonly IHostScorer _scorer;
    private readonly Dictionary<HostId, HostCandidate> _hosts = [];
    private readonly SortedSet<Rank> _order = [];
    private readonly Dictionary<GroupName, int> _hostsThatKeep = [];
    private readonly Dictionary<GroupName, HostCandidate> _placeOf = [];
    private readonly Dictionary<(Resources Demand, HostId? Excluded, bool HasDisk), PlacementResult> _refused = [];
    private readonly Dictionary<Resources, Rank> _firstWithRoom = [];

    private readonly record struct Rank(double Score, HostCandidate Host) : IComparable<Rank>
    {
        public int CompareTo(Rank other)
        {
            var byScore = other.Score.CompareTo(Score);
            return byScore != 0 ? byScore : Host.Record.Id.CompareTo(other.Host.Record.Id);
        }
    }

    /// <summary>A session over the hosts and VMs of a model.</summary>
    /// <param name="model">The cluster.</param>
    /// <param name="readiness">What the hosts' reports say.</param>
    /// <param name="policy">Spread or binpack.</param>
    /// <param name="startsPerHost">Most VMs that may be starting on one host.</param>
    /// <param name="without">A VM to leave out, so that it does not stand in its own way.</param>
    public PlacementSession(ClusterModel model, Func<HostId, HostReadiness> readiness, PlacementPolicy policy, int startsPerHost, VmId? without = null)
    {
        StartsPerHost = startsPerHost;
        _scorer = policy == PlacementPolicy.Spread ? new SpreadScorer() : new BinpackScorer();
        foreach (var record in model.Hosts.Values)
            _hosts.Add(record.Id, new HostCandidate(record, readiness(record.Id)));
        var moving = new MovingGroups();
        foreach (var vm in model.Vms.Values)
        {
            var host = vm.Assignment is { } at ? _hosts.GetValueOrDefault(at.Host) : null;
            if (vm.Id != without)
                moving.Count(vm, host is { IsBeingLeft: true });
            if (host is null)
                continue;
            if (vm.Id == without)
                host.Free += vm.Type.Demand;
            else
                Count(vm, vm.Assignment!, host);
        }

        foreach (var (group, host) in moving.KeepPlaces(_hosts.Values))
            _placeOf[group] = host;
        foreach (var host in _hosts.Values)
            _order.Add(RankOf(host));
    }

    /// <summary>Most VMs that may be starting on one host.</summary>
    public int StartsPerHost { get; }

    /// <summary>How many hosts have VMs of the group that are to stay there.</summary>
    public int HostsThatKeep(GroupName group) => _hostsThatKeep.GetValueOrDefault(group);

    /// <summary>Decides, and counts the VM on the host that it chose.</summary>
    public PlacementResult Place(PlacementRequest request)
    {
        // Within a session hosts only fill up: what no host takes now, none takes later, unless a group decides.
        if (request.Group is null && _refused.TryGetValue((request.Demand, request.Excluded, request.HasDisk), out var known))
            return Preferred(request) is { } only ? Take(only, request) : known;
        if (Choose(request) is { } host)
            return Take(host, request);
        var refusal = Refuse(request);
        if (request.Group is null)
            _refused[(request.Demand, request.Excluded, request.HasDisk)] = refusal;
        return refusal;
    }

    /// <summary>What every host would be to the request, best first.</summary>
    public ImmutableArray<HostVerdict> Explain(PlacementRequest request) =>
        [.. _order.Select(rank => Judge(request, rank.Host)).OrderBy(v => v.Score is null)];

    /// <summary>Whether one given host passes all filters.</summary>
    public bool MayMove(PlacementRequest request, HostId target) => _hosts.TryGetValue(target, out var host) && Passes(request, host);

    private HostCandidate? Choose(PlacementRequest request)
    {
        if ((Preferred(request) ?? OwnPlace(request)) is { } known)
            return known;
        var (skipped, hasRoom) = (false, false);
        foreach (var rank in FromFirstWithRoom(request.Room))
        {
            // Room first: this is cheaper than to have the host refused with a reason.
            if (!rank.Host.Free.Covers(request.Room))
            {
                skipped = true;
                continue;
            }

            if (skipped && !hasRoom)
                _firstWithRoom[request.Room] = rank;
            hasRoom = true;
            if (Passes(request, rank.Host))
                return rank.Host;
        }

        return null;
    }

    /// <summary>Packed hosts stand in front: those that are known to have no room for as much are not looked at each time.</summary>
    private SortedSet<Rank> FromFirstWithRoom(Resources room) =>
        _order.Count > 0 && _firstWithRoom.TryGetValue(room, out var first) && first.CompareTo(_order.Max) <= 0 ? _order.GetViewBetween(first, _order.Max) : _order;

    private HostCandidate? Preferred(PlacementRequest request) =>
        request.Preferred is { } preferred && _hosts.TryGetValue(preferred, out var candidate) && Passes(request, candidate) ? candidate : null;

    /// <summary>The host that keeps a place for its group. It stands among those that have no room for others.</summary>
    private HostCandidate? OwnPlace(PlacementRequest request) =>
        request.Group is { } group && _placeOf.TryGetValue(group, out var host) && host.KeptFor(request) != default && Passes(request, host) ? host : null;

    private bool Passes(PlacementRequest request, HostCandidate host)
    {
        foreach (var filter in Filters)
        {
            if (filter.Refuse(request, host, this) is not null)
                return false;
        }

        return true;
    }

    private HostVerdict Judge(PlacementRequest request, HostCandidate host)
    {
        ImmutableArray<Refusal> refusals =
            [.. from filter in Filters let reason = filter.Refuse(request, host, this) where reason is not null select new Refusal(filter.Name, reason)];
        return new HostVerdict(host.Record.Id, refusals, refusals.IsEmpty ? _scorer.Score(host) : null);
    }

    private PlacementResult Take(HostCandidate host, PlacementRequest request)
    {
        var reason = host.Record.Id == request.Preferred ? "on the host where it was"
            : host.KeptFor(request) != default ? "where its group goes"
            : $"{_scorer.Name} {_scorer.Score(host):0.000}";
        _order.Remove(RankOf(host));
        host.Take(request);
        if (request is { Group: { } group } && request.Company != default)
            _placeOf[group] = host;
        host.Starting++;
        Join(host, request.Group);
        var rank = RankOf(host);
        _order.Add(rank);
        foreach (var (room, first) in _firstWithRoom)
        {
            if (rank.CompareTo(first) < 0)
                _firstWithRoom[room] = rank;
        }

        return new PlacementResult(host.Record.Id, reason);
    }

    /// <summary>A VM that moves has its place where it is and where it goes.</summary>
    private void Count(VmRecord vm, Assignment assignment, HostCandidate host)
    {
        host.Starting += assignment.Started ? 0 : 1;
        Join(host, vm.Spec.Group);
        if (vm.Move is not { } move || !_hosts.TryGetValue(move.To, out var target))
            return;
        target.Free -= vm.Type.Demand;
        Join(target, vm.Spec.Group);
    }

    private void Join(HostCandidate host, GroupName? group)
    {
        if (group is not { } name)
            return;
        var members = host.MembersOf(name);
        host.GroupMembers[name] = members + 1;
        if (members == 0 && !host.IsBeingLeft)
            _hostsThatKeep[name] = HostsThatKeep(name) + 1;
    }

    private Rank RankOf(HostCandidate host) => new(_scorer.Score(host), host);

    /// <summary>One line for people: how many hosts each filter refused first.</summary>
    private PlacementResult Refuse(PlacementRequest request)
    {
        if (_hosts.Count == 0)
            return new PlacementResult(null, "there are no hosts");
        var hosts = new Dictionary<IHostFilter, int>();
        foreach (var host in _hosts.Values)
        {
            var first = Array.Find(FiltersButStarts, filter => filter.Refuse(request, host, this) is not null);
            if (first is null)
                return new PlacementResult(null, StartLimit.InShort(request), Soon: true);
            hosts[first] = hosts.GetValueOrDefault(first) + 1;
        }

        var refused = from filter in hosts
                      orderby filter.Value descending, filter.Key.Name
                      select $"{filter.Value} {(filter.Value == 1 ? "host" : "hosts")}: {filter.Key.InShort(request)}";
        return new PlacementResult(null, string.Join("; ", refused));
    }
}
