namespace Trapline.Controller.Placement;

/// <summary>What a host's reports say about giving it VMs.</summary>
public enum HostReadiness
{
    /// <summary>It does not report, or says for long that it may not execute guests.</summary>
    Silent,

    /// <summary>It takes VMs.</summary>
    Ready,

    /// <summary>Its process was told to end: it takes none, and those that it has go elsewhere.</summary>
    Ending,
}
