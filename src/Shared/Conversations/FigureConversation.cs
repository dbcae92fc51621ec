using Trapline.Shared.Api;
using Trapline.Shared.Ids;

namespace Trapline.Shared.Conversations;

/// <summary>API to host: where did the VM's time go? Answered by <see cref="ExitFigures"/> or <see cref="VmIsNotHere"/>.</summary>
public sealed record ReadExits(VmId Vm) : IWireMessage;

/// <summary>Its exits by reason.</summary>
public sealed record ExitFigures(ExitsView View) : IWireMessage;

/// <summary>API to host: what do you and your VMs use? Answered by <see cref="UsageFigures"/>.</summary>
/// <param name="After">Only VMs behind this one; null begins.</param>
/// <param name="Most">At most so many VMs; null for all.</param>
public sealed record ReadUsage(VmId? After = null, int? Most = null) : IWireMessage;

/// <summary>What they use.</summary>
public sealed record UsageFigures(NodeUsageView View) : IWireMessage;
