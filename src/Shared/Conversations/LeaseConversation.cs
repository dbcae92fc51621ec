using System.Text.Json.Serialization;
using Trapline.Shared.Ids;

namespace Trapline.Shared.Conversations;

/// <summary>A message of ours that may cross the wire: sealed records only, extend-only, with a golden file each.</summary>
public interface IWireMessage;

/// <summary>Host to every lease keeper: may this life of the host go on executing guests?</summary>
/// <param name="Host">Who asks.</param>
/// <param name="Boot">Which life of it.</param>
/// <param name="Sequence">Numbers the heartbeats of one boot; the host remembers when it sent each.</param>
/// <param name="Lapsed">The host holds no lease now: it has not heard enough keepers in time.</param>
public sealed record Heartbeat(HostId Host, BootId Boot, long Sequence, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Lapsed = false) : IWireMessage;

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
