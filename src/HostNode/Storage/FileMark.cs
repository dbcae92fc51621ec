namespace Trapline.HostNode.Storage;

/// <summary>What tells that a file is another than before, or was written to: a copy over it or a rename onto it changes one of them.</summary>
/// <param name="Length">Its bytes.</param>
/// <param name="Written">When it was last written to.</param>
/// <param name="Made">When it was made.</param>
internal readonly record struct FileMark(long Length, DateTime Written, DateTime Made)
{
    /// <summary>The mark of a file as it is now. Throws what files throw.</summary>
    public static FileMark Of(string path)
    {
        var file = new FileInfo(path);
        return new FileMark(file.Length, file.LastWriteTimeUtc, file.CreationTimeUtc);
    }
}
