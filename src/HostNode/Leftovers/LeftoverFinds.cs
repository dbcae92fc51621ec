using System.Collections.Immutable;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Leftovers;

/// <summary>What lies in the data root of VMs and moves.</summary>
/// <param name="Vms">VMs with a folder of volumes or consoles.</param>
/// <param name="Moves">Moves with a saved state, whole or half written.</param>
/// <param name="Foreign">Entries that nothing of ours is called like: they are not touched.</param>
/// <param name="IsCut">There is more than is looked at.</param>
public sealed record LeftoverFinds(ImmutableArray<VmId> Vms, ImmutableArray<MoveId> Moves, int Foreign = 0, bool IsCut = false);
