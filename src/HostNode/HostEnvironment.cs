using System.Collections.Immutable;
using Trapline.HostNode.Audit;
using Trapline.HostNode.Consoles;
using Trapline.HostNode.Leases;
using Trapline.HostNode.Machines;
using Trapline.HostNode.Storage;
using Trapline.HostNode.Vms;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.HostNode;

/// <summary>What the host actor works with in its process.</summary>
/// <param name="Folder">The host's own folder.</param>
/// <param name="Factory">Builds machines.</param>
/// <param name="Permit">What the workers look at.</param>
/// <param name="Audit">When guests executed.</param>
/// <param name="Consoles">Brings consoles to the disk.</param>
/// <param name="Time">The clock of the host actor, and of the lease: one that counts time in which the machine is suspended.</param>
/// <param name="Origin">Its timestamp at which the host's monotonic time is zero.</param>
public sealed record HostEnvironment(HostFolder Folder, MachineFactory Factory, LeasePermit Permit, AuditLog Audit, ConsoleKeeper Consoles, TimeProvider Time, long Origin);

/// <summary>To the host actor: the process is about to stop; VMs should go elsewhere.</summary>
public sealed record BeginDraining : ILocalMessage;

/// <summary>To the host actor, by fault injection: the VM's actor shall throw.</summary>
public sealed record FailVmActor(VmId Vm) : ILocalMessage;

/// <summary>To the host actor: what is there?</summary>
public sealed record HostQuery : ILocalMessage;

/// <summary>The host actor's answer.</summary>
public sealed record HostView(BootId Boot, ImmutableArray<VmReport> Vms, int Live) : ILocalMessage;
