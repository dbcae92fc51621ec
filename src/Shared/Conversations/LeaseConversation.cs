using System.Collections.Immutable;
using Trapline.Shared.Ids;

namespace Trapline.Shared.Conversations;

/// <summary>A message of ours that may cross the wire: sealed records only, extend-only, with a golden file each.</summary>
public interface IWireMessage;

/// <summary>Host to every lease keeper: may this life of the host go on executing guests?</summary>
/// <param name="Host">Who asks.</param>
/// <param name="Boot">Which life of it.</param>
/// <param name="Sequence">Numbers the heartbeats of one boot; the host remembers when it sent each.</param>
/// <param name="Heard">What the host has heard of each keeper; null if it does not say.</param>
public sealed record Heartbeat(HostId Host, BootId Boot, long Sequence, ImmutableArray<HeardKeeper>? Heard = null) : IWireMessage
{
    /// <summary>The latest heartbeat whose answer by a keeper has reached the host: 0 for none, null if the host does not say.</summary>
    public long? HeardOf(string keeper) => Heard?.FirstOrDefault(h => h.Keeper == keeper)?.Sequence ?? (Heard is null ? null : 0);
}

/// <summary>A part of a heartbeat: the host has heard this keeper.</summary>
/// <param name="Keeper">Which keeper.</param>
/// <param name="Sequence">The latest heartbeat of this boot whose answer, or echo, has reached the host.</param>
public sealed record HeardKeeper(string Keeper, long Sequence);

/// <summary>
/// Keeper to host: it hears the host, and grants nothing now, because the host does not show that it hears what is granted. A host that hears this
/// shows it with its next heartbeat.
/// </summary>
/// <param name="Keeper">Which keeper.</param>
/// <param name="Boot">The boot that asked.</param>
/// <param name="Sequence">The heartbeat that was heard.</param>
public sealed record HeartbeatEcho(string Keeper, BootId Boot, long Sequence) : IWireMessage;

/// <summary>Keeper to host: answers one heartbeat.</summary>
/// <param name="Keeper">Which keeper: the address of its node.</param>
/// <param name="Boot">The boot that asked.</param>
/// <param name="Sequence">The heartbeat that is answered.</param>
/// <param name="Granted">False: this keeper has called that boot lost and will never grant it anything again.</param>
public sealed record HeartbeatAnswer(string Keeper, BootId Boot, long Sequence, bool Granted) : IWireMessage;

/// <summary>Controller to every keeper: do you call this boot of a host lost? Asking commits the keeper if it says yes.</summary>
/// <param name="Host">The host asked about.</param>
/// <param name="Boot">The boot asked about.</param>
/// <param name="Round">Names the question: the controller knows when it sent it, and a verdict is no older than that.</param>
public sealed record LostQuestion(HostId Host, BootId Boot, long Round) : IWireMessage;

/// <summary>Keeper to controller.</summary>
/// <param name="Keeper">Which keeper.</param>
/// <param name="Host">The host asked about.</param>
/// <param name="Boot">The boot asked about.</param>
/// <param name="Round">The question that is answered.</param>
/// <param name="Lost">True once, true for the keeper's life.</param>
public sealed record LostVerdict(string Keeper, HostId Host, BootId Boot, long Round, bool Lost) : IWireMessage;
