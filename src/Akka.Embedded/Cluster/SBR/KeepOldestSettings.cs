namespace Akka.Cluster.SBR;

/// <summary>The settings below <c>akka.cluster.split-brain-resolver.keep-oldest</c>.</summary>
public sealed class KeepOldestSettings
{
    /// <summary>Creates the settings.</summary>
    public KeepOldestSettings(bool downIfAlone, string role)
    {
        DownIfAlone = downIfAlone;
        Role = role;
    }

    /// <summary>Whether an oldest member that is cut off from all others is the one to end.</summary>
    public bool DownIfAlone { get; }

    /// <summary>The role of the members that count; empty for all.</summary>
    public string Role { get; }
}
