namespace Trapline.Hypervisor.Storage;

/// <summary>Range arithmetic on disks.</summary>
internal static class BlockRange
{
    /// <summary>Whether a range lies inside a disk of <paramref name="total"/> bytes, without overflow.</summary>
    public static bool Fits(long offset, long length, long total) =>
        offset >= 0 && length >= 0 && offset <= total && length <= total - offset;
}
