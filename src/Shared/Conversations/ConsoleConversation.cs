using System.Text.Json.Serialization;
using Trapline.Shared.Ids;

namespace Trapline.Shared.Conversations;

/// <summary>API to host: what did the guest print? Answered by <see cref="ConsoleBytes"/> or <see cref="VmIsNotHere"/>.</summary>
/// <param name="Vm">Which VM.</param>
/// <param name="From">From which position on; 0 is the first byte that the incarnation printed.</param>
/// <param name="Incarnation">The incarnation that the position counts in; a later one is read from its start. Null for the present one.</param>
/// <param name="Wait">How long to wait when there is nothing from there on; null for not at all.</param>
public sealed record ReadConsole(VmId Vm, long From, Incarnation? Incarnation = null, TimeSpan? Wait = null) : IWireMessage;

/// <summary>What it printed, as far as it is kept: never more than the host's ring.</summary>
/// <param name="Vm">Which VM.</param>
/// <param name="Incarnation">Which incarnation; positions count from its start.</param>
/// <param name="Next">The position behind the bytes.</param>
/// <param name="Live">Whether the incarnation has not ended.</param>
/// <param name="Bytes">The bytes.</param>
public sealed record ConsoleBytes(VmId Vm, Incarnation Incarnation, long Next, bool Live, byte[] Bytes) : IWireMessage;

/// <summary>API to host: somebody types. Answered by <see cref="ConsoleTook"/> or <see cref="VmIsNotHere"/>.</summary>
/// <param name="Vm">Which VM.</param>
/// <param name="Bytes">What is typed.</param>
/// <param name="Typist">Who types, for input that may come more than once: each byte of a typist is typed once. Null for input that comes once.</param>
/// <param name="From">The position of the first byte in all that the typist types.</param>
public sealed record TypeToConsole(
    VmId Vm,
    byte[] Bytes,
    string? Typist = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long From = 0) : IWireMessage;

/// <summary>How much of it fitted, with what had been typed already.</summary>
public sealed record ConsoleTook(VmId Vm, int Taken) : IWireMessage;

/// <summary>API to host, fault injection: the VM's actor shall throw. Answered by <see cref="VmActorFails"/> or <see cref="VmIsNotHere"/>.</summary>
public sealed record MakeVmActorFail(VmId Vm) : IWireMessage;

/// <summary>It was told to.</summary>
public sealed record VmActorFails(VmId Vm) : IWireMessage;

/// <summary>This host does not have the VM, or not any more.</summary>
public sealed record VmIsNotHere(VmId Vm) : IWireMessage;
