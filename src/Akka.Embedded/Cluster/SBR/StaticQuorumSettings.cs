namespace Akka.Cluster.SBR;

/// <summary>The settings below <c>akka.cluster.split-brain-resolver.static-quorum</c>.</summary>
public sealed class StaticQuorumSettings
{
    /// <summary>Creates the settings.</summary>
    public StaticQuorumSettings(int size, string role)
    {
        Size = size;
        Role = role;
    }

    /// <summary>The role of the members that count; empty for all.</summary>
    public string Role { get; }

    /// <summary>How many of them a side needs.</summary>
    public int Size { get; }
}
