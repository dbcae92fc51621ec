using Trapline.Hypervisor.Storage;

namespace Trapline.HostNode.Storage;

/// <summary>How much of a file with holes is on the disk; where the system cannot tell, all of it.</summary>
internal static class SparseFile
{
    /// <summary>Bytes that are not holes.</summary>
    public static long AllocatedBytes(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return SparseFiles.Default.DataIn(file, 0, RandomAccess.GetLength(file)).Sum(extent => extent.Length);
    }
}
