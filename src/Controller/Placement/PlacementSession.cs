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
    private static readonly ImmutableArray<IHostFilter> Filters =
        [new AliveFilter(), new SchedulableFilter(), new ExclusionFilter(), new ApartFilter(), new TogetherFilter(), new StartLimitFilter(), new RoomFilter()];

    private readonly IHostScorer _scorer;
    private readonly Dictionary<HostId, HostCandidate> _hosts = [];
    private readonly SortedSet<Rank> _order = [];
    private readonly Dictionary<GroupName, int> _hostsOfGroup = [];
    private readonly HashSet<Resources> _hopeless = [];

    private readonly record struct Rank(double Score, HostId Host) : IComparable<Rank>
    {
        public int CompareTo(Rank other)
        {
            var byScore = other.Score.CompareTo(Score);
            return byScore != 0 ? byScore : Host.CompareTo(other.Host);
        }
    }

    /// <summary>A session over the hosts and VMs of a model.</summary>
    /// <param name="model">The cluster.</param>
    /// <param name="reports">Whether a host's reports come in.</param>
    /// <param name="policy">Spread or binpack.</param>
    /// <param name="startsPerHost">Most VMs that may be starting on one host.</param>
    public PlacementSession(ClusterModel model, Func<HostId, bool> reports, PlacementPolicy policy, int startsPerHost)
    {
        StartsPerHost = startsPerHost;
        _scorer = policy == PlacementPolicy.Spread ? new SpreadScorer() : new BinpackScorer();
        foreach (var record in model.Hosts.Values)
            _hosts.Add(record.Id, new HostCandidate(record, reports(record.Id)));
        foreach (var vm in model.Vms.Values)
        {
            if (vm.Assignment is not { } assignment || !_hosts.TryGetValue(assignment.Host, out var host))
                continue;
            host.Starting += assignment.Started ? 0 : 1;
            Join(host, vm.Spec.Group);
        }

        foreach (var host in _hosts.Values)
            _order.Add(RankOf(host));
    }

    /// <summary>Most VMs that may be starting on one host.</summary>
    public int StartsPerHost { get; }

    /// <summary>How many hosts have VMs of the group.</summary>
    public int HostsOf(GroupName group) => _hostsOfGroup.GetValueOrDefault(group);

    /// <summary>Decides, and counts the VM on the host that it chose.</summary>
    public PlacementResult Place(PlacementRequest request)
    {
        var host = Choose(request);
        if (host is null)
            return new PlacementResult(null, Summarize(request));
        var reason = host.Record.Id == request.Preferred ? "on the host where it was" : $"{_scorer.Name} {_scorer.Score(host):0.000}";
        Take(host, request);
        return new PlacementResult(host.Record.Id, reason);
    }

    /// <summary>What every host would be to the request, best first.</summary>
    public ImmutableArray<HostVerdict> Explain(PlacementRequest request) =>
        [.. _order.Select(rank => Judge(request, _hosts[rank.Host])).OrderBy(v => v.Score is null)];

    /// <summary>Whether one given host passes all filters.</summary>
    public bool MayMove(PlacementRequest request, HostId target) => _hosts.TryGetValue(target, out var host) && Passes(request, host);

    private HostCandidate? Choose(PlacementRequest request)
    {
        if (request.Preferred is { } preferred && _hosts.TryGetValue(preferred, out var candidate) && Passes(request, candidate))
            return candidate;
        if (_hopeless.Contains(request.Demand))
            return null;
        var hadRoom = false;
        foreach (var rank in _order)
        {
            var host = _hosts[rank.Host];
            if (Passes(request, host))
                return host;
            hadRoom |= host.Free.Covers(request.Demand);
        }

        if (!hadRoom)
            _hopeless.Add(request.Demand);
        return null;
    }

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

    private void Take(HostCandidate host, PlacementRequest request)
    {
        _order.Remove(RankOf(host));
        host.Free -= request.Demand;
        host.Starting++;
        Join(host, request.Group);
        _order.Add(RankOf(host));
    }

    private void Join(HostCandidate host, GroupName? group)
    {
        if (group is not { } name)
            return;
        var members = host.MembersOf(name);
        host.GroupMembers[name] = members + 1;
        if (members == 0)
            _hostsOfGroup[name] = HostsOf(name) + 1;
    }

    private Rank RankOf(HostCandidate host) => new(_scorer.Score(host), host.Record.Id);

    /// <summary>One line for people: how many hosts each filter refused first.</summary>
    private string Summarize(PlacementRequest request)
    {
        if (_hosts.Count == 0)
            return "there are no hosts";
        var refused = from host in _hosts.Values
                      let first = Filters.Select(f => (f.Name, Reason: f.Refuse(request, host, this))).First(f => f.Reason is not null)
                      group first by first.Name into filter
                      orderby filter.Count() descending, filter.Key
                      select $"{filter.Count()} {(filter.Count() == 1 ? "host" : "hosts")}: {filter.First().Reason}";
        return string.Join("; ", refused);
    }
}
