namespace Trapline.Shared.Conversations;

/// <summary>Names of the actors that other processes address.</summary>
public static class Names
{
    /// <summary>The lease keeper, on every controller node.</summary>
    public const string Keeper = "lease-keeper";

    /// <summary>The way to the controller, on every controller node: passes messages on if the singleton is there, or knows where it is.</summary>
    public const string Gate = "controller-gate";

    /// <summary>The host actor, on every host node.</summary>
    public const string Host = "host";
}
