using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Cluster.Daemon;

/// <summary>
/// Finding a cluster through seed nodes, or joining through one known node.
/// <code>
///   Searching ── ack ──► Joining ── welcome ──► (done)
///      ▲  │                 │
///      │  └ first seed: all others nack, or seed-node-timeout ──► joins itself
///      └──── retry-unsuccessful-join-after ────┘
/// </code>
/// Only the first of the configured seeds may start a cluster of its own, so that two parts that start at once do not
/// become two clusters. Time comes in as an argument; pure.
/// </summary>
internal sealed class JoinProcess
{
    private readonly Address _self;
    private readonly ImmutableArray<Address> _seeds;
    private readonly CoreSettings _settings;
    private readonly TimeSpan _startedAt;
    private readonly HashSet<Address> _refused = [];
    private TimeSpan _searchingSince;
    private TimeSpan _joiningSince;
    private TimeSpan? _lastSent;
    private bool _reportedUnsuccessful;

    private JoinProcess(Address self, ImmutableArray<Address> seeds, Address? joining, CoreSettings settings, TimeSpan now)
    {
        _self = self;
        _seeds = seeds;
        _settings = settings;
        JoiningTo = joining;
        _startedAt = _searchingSince = _joiningSince = now;
    }

    /// <summary>What to do next.</summary>
    /// <param name="Ask">Seed nodes to ask.</param>
    /// <param name="JoinAt">The node to send a join to.</param>
    /// <param name="JoinSelf">Start a cluster.</param>
    /// <param name="Unsuccessful">The time allowed for joining is over; said once.</param>
    public readonly record struct Step(ImmutableArray<Address> Ask, Address? JoinAt, bool JoinSelf, bool Unsuccessful);

    /// <summary>The node whose welcome is awaited; null while searching.</summary>
    public Address? JoiningTo { get; private set; }

    public static JoinProcess Search(Address self, ImmutableArray<Address> seeds, CoreSettings settings, TimeSpan now) =>
        new(self, seeds, null, settings, now);

    public static JoinProcess Direct(Address self, Address to, CoreSettings settings, TimeSpan now) =>
        new(self, [], to, settings, now);

    private ImmutableArray<Address> Others => [.. _seeds.Where(s => !s.Equals(_self)).Distinct()];

    private bool IsFirstSeed => _seeds.Length > 0 && _seeds[0].Equals(_self);

    /// <summary>A seed node is in a cluster.</summary>
    public void Acknowledged(Address from, TimeSpan now)
    {
        if (JoiningTo is not null || !_seeds.Contains(from))
            return;
        JoiningTo = from;
        _joiningSince = now;
        _lastSent = null;
    }

    /// <summary>A seed node is in no cluster.</summary>
    public void Refused(Address from) => _refused.Add(from);

    /// <summary>What is due now.</summary>
    public Step Tick(TimeSpan now)
    {
        var unsuccessful = !_reportedUnsuccessful && now - _startedAt >= _settings.ShutdownAfterUnsuccessfulJoin;
        _reportedUnsuccessful |= unsuccessful;
        GiveUpJoining(now);
        if (JoiningTo is not null)
            return new Step([], IsDue(now, CoreSettings.JoinRetry) ? JoiningTo : null, false, unsuccessful);
        if (IsFirstSeed && (Others.All(_refused.Contains) || now - _searchingSince >= _settings.SeedNodeTimeout))
            return new Step([], null, JoinSelf: true, unsuccessful);
        return new Step(IsDue(now, CoreSettings.InitJoinRetry) ? Others : [], null, false, unsuccessful);
    }

    private void GiveUpJoining(TimeSpan now)
    {
        if (JoiningTo is null || _seeds.IsEmpty || !(now - _joiningSince >= _settings.RetryUnsuccessfulJoinAfter))
            return;
        JoiningTo = null;
        _refused.Clear();
        _searchingSince = now;
        _lastSent = null;
    }

    private bool IsDue(TimeSpan now, TimeSpan interval)
    {
        if (_lastSent is { } last && now - last < interval)
            return false;
        _lastSent = now;
        return true;
    }
}
