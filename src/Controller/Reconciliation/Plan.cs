using System.Collections.Immutable;
using Trapline.Controller.Model;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Reconciliation;

/// <summary>
/// What the reconciler proposes for one state of the cluster. Decisions go to the journal first; commands follow from the model alone, so that
/// a plan with decisions is followed by another plan, and commands may be sent any number of times.
/// </summary>
/// <param name="Generation">The model's generation that it was made for; a plan for an older one is refused.</param>
/// <param name="Decisions">Events to keep.</param>
/// <param name="Commands">Messages to hosts, when there is nothing to decide.</param>
/// <param name="WakeAt">When time alone will change the plan; null when only a message can.</param>
public sealed record Plan(
    long Generation,
    ImmutableArray<IClusterEvent> Decisions,
    ImmutableArray<HostCommand> Commands,
    DateTimeOffset? WakeAt);

/// <summary>A message to a host.</summary>
public readonly record struct HostCommand(HostId Host, IWireMessage Message);
