using Akka.Actor;
using Trapline.Controller.Model;
using Trapline.Controller.Reconciliation;
using Trapline.Shared.Conversations;

namespace Trapline.Controller.Actors;

/// <summary>Asks the controller, in its own process, for all that it knows.</summary>
public sealed record ClusterQuery : INoSerializationVerificationNeeded
{
    /// <summary>The one question.</summary>
    public static ClusterQuery Instance { get; } = new();
}

/// <summary>All that the controller knows: immutable, shared without a copy.</summary>
/// <param name="Model">What it knows for good.</param>
/// <param name="Observed">What it sees now.</param>
/// <param name="At">When, by its clock.</param>
/// <param name="Settings">The numbers that it plans with, for explanations.</param>
public sealed record ClusterState(ClusterModel Model, Observed Observed, DateTimeOffset At, ReconcilerSettings Settings) : INoSerializationVerificationNeeded;

/// <summary>Published on the event stream for each event that was kept.</summary>
/// <param name="Generation">The model's generation with it.</param>
/// <param name="Event">The event.</param>
public sealed record EventKept(long Generation, IClusterEvent Event) : INoSerializationVerificationNeeded;

/// <summary>How the controller reaches the keepers: all of them, wherever the cluster has them.</summary>
public abstract class ControllerContacts
{
    /// <summary>Sends a question to every keeper that can be reached.</summary>
    public abstract void ToKeepers(LostQuestion question, IActorRef sender);
}
