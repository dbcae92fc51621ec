using System.Collections.Immutable;
using Trapline.HostNode.Storage;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Leftovers;

/// <summary>
/// Looks through the data root for what earlier lives left. Names are all that is looked at, and whatever they are is survived; what has no name of
/// ours is counted and left alone. Blocks on files: not for an actor's thread.
/// </summary>
/// <param name="root">The data root.</param>
/// <param name="most">Most entries that are looked at.</param>
public sealed class LeftoverScan(DataRoot root, int most = LeftoverScan.Most)
{
    /// <summary>As many as a cluster may have VMs.</summary>
    public const int Most = 200_000;

    /// <summary>Looks. Throws what folders throw.</summary>
    public LeftoverFinds Run()
    {
        var (vms, moves) = (new SortedSet<VmId>(), new SortedSet<MoveId>());
        var (looked, foreign) = (0, 0);
        foreach (var name in Below(root.Volumes, Directory.EnumerateDirectories).Concat(Below(root.Consoles, Directory.EnumerateDirectories)).Take(most))
        {
            looked++;
            if (!TextId.IsValid(name))
                foreign++;
            else
                vms.Add(new VmId(name));
        }

        foreach (var name in Below(root.Moves, Directory.EnumerateFiles).Take(most))
        {
            looked++;
            if (DataRoot.MoveOf(name) is { } move)
                moves.Add(move);
            else
                foreign++;
        }

        return new LeftoverFinds([.. vms], [.. moves], foreign, IsCut: looked >= most);
    }

    private static IEnumerable<string> Below(string folder, Func<string, IEnumerable<string>> entries) =>
        Directory.Exists(folder) ? entries(folder).Select(path => Path.GetFileName(path)) : [];
}
