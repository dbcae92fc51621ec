namespace Trapline.Hypervisor.DeviceTree;

/// <summary>A device's interrupt as its node names it: the controller's phandle and the number at that controller.</summary>
/// <param name="ParentPhandle">The <c>phandle</c> of the interrupt controller.</param>
/// <param name="Number">The source number at that controller.</param>
public readonly record struct FdtInterrupt(uint ParentPhandle, uint Number);
