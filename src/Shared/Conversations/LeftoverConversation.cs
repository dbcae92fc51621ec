using System.Collections.Immutable;
using Trapline.Shared.Ids;

namespace Trapline.Shared.Conversations;

/// <summary>
/// Which part of what earlier lives left in the data root a host's report names; the VMs of the part are the report's own
/// <see cref="HostReport.Leftovers"/>. A host looks through the data root when it begins a life, and reports one part until it is settled, then the
/// next: nothing is used or deleted before the controller says so, and no message has to arrive more than once.
/// <code>
///   host: looks ──► part 1 ──SettleLeftovers 1──► part 2 ──SettleLeftovers 2──► … ──► done
///                     ▲                                                            │
///                     └─────────── ScanLeftovers: a controller that judged none ───┘
/// </code>
/// </summary>
/// <param name="Look">Counts how often this life has looked.</param>
/// <param name="Number">Counts from 1 in each look; as many as this less one are settled.</param>
/// <param name="Moves">Saved states of moves, whole or half written.</param>
/// <param name="Done">There is no part of this number: all are settled.</param>
public sealed record LeftoverPart(long Look, long Number, ImmutableArray<MoveId> Moves, bool Done = false);

/// <summary>Controller to host: part of what was left is judged. What is named is to be deleted, the rest stays; the next part follows.</summary>
/// <param name="Boot">The life that reported it.</param>
/// <param name="Look">The look that it is of.</param>
/// <param name="Part">The part; one that is not reported now means nothing.</param>
/// <param name="Vms">VMs that were terminated: all that is left of them is to go.</param>
/// <param name="Moves">Moves that are over: what they carried is to go.</param>
public sealed record SettleLeftovers(BootId Boot, long Look, long Part, ImmutableArray<VmId> Vms, ImmutableArray<MoveId> Moves) : IWireMessage
{
    /// <inheritdoc/>
    public bool Equals(SettleLeftovers? other) =>
        other is not null && Boot == other.Boot && Look == other.Look && Part == other.Part && Vms.SequenceEqual(other.Vms) && Moves.SequenceEqual(other.Moves);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Boot, Look, Part, Vms.Length, Moves.Length);
}

/// <summary>Controller to host: what this life has found so far is not known here, as when the journal was lost. Look again, and begin with part 1.</summary>
/// <param name="Boot">The life that is meant.</param>
/// <param name="Look">The look that is not enough; a later one means that it was heard already.</param>
public sealed record ScanLeftovers(BootId Boot, long Look) : IWireMessage;
