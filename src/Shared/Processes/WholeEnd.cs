namespace Trapline.Shared.Processes;

/// <summary>
/// A mark in the data root: the whole cluster ends, so that there is nowhere for VMs to go. A host that is told to end while it stands there stops its
/// VMs and does not wait for them to be moved.
/// </summary>
public static class WholeEnd
{
    /// <summary>Whether the mark stands.</summary>
    public static bool IsMarked(string dataRoot) => File.Exists(PathIn(dataRoot));

    /// <summary>Sets it: for whoever ends all processes of the cluster.</summary>
    public static void Mark(string dataRoot) => File.WriteAllBytes(PathIn(dataRoot), []);

    /// <summary>Takes it away: before a cluster starts.</summary>
    public static void Clear(string dataRoot) => File.Delete(PathIn(dataRoot));

    private static string PathIn(string dataRoot) => Path.Combine(dataRoot, "ending");
}
