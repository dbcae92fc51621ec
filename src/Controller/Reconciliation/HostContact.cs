namespace Trapline.Controller.Reconciliation;

/// <summary>What this controller hears of the life of a host that the model knows.</summary>
internal enum HostContact
{
    /// <summary>Nothing so far: the controller has just begun, or the host has. It reports soon, or is called lost.</summary>
    NotYet,

    /// <summary>Its reports come in.</summary>
    Reports,

    /// <summary>It has reported, and does so no more.</summary>
    Silent,
}
