using Akka.Actor;
using Akka.Cluster.Membership;

namespace Akka.Cluster.Daemon;

/// <summary>The daemon actors of other nodes by address. Looking one up costs parsing, and heartbeats look up many.</summary>
internal sealed class PeerRefs(ExtendedActorSystem system, string name)
{
    private readonly Dictionary<Address, IActorRef> _refs = [];

    public IActorRef At(Address address)
    {
        if (!_refs.TryGetValue(address, out var peer))
            _refs[address] = peer = system.Provider.ResolveActorRef($"{address}/system/cluster/{name}");
        return peer;
    }

    /// <summary>Forgets nodes that are no members.</summary>
    public void Keep(MembershipState state)
    {
        if (_refs.Count <= state.Members.Count)
            return;
        var members = state.Members.Select(m => m.Address).ToHashSet();
        foreach (var gone in _refs.Keys.Where(a => !members.Contains(a)).ToList())
            _refs.Remove(gone);
    }
}
