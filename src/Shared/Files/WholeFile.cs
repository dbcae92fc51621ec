namespace Trapline.Shared.Files;

/// <summary>
/// Small files that are there as a whole or not at all: written beside their place, brought to the disk, renamed, and the rename brought to the disk.
/// Whoever reads one sees the old content or the new one, also after its writer was killed or the power has failed.
/// </summary>
public static class WholeFile
{
    /// <summary>Writes a file in the place of the one that is there, if there is one. Throws what files throw.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var temporary = Temporary(path);
        Write(temporary, content, mode: null);
        File.Move(temporary, path, overwrite: true);
        FlushFolderOf(path);
    }

    /// <summary>Writes a file that its owner alone may read, unless there is one already: whoever is first wins. Throws what files throw.</summary>
    public static void CreatePrivate(string path, ReadOnlySpan<byte> content)
    {
        var temporary = Temporary(path);
        Write(temporary, content, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        try
        {
            File.Move(temporary, path);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(temporary);
        }

        FlushFolderOf(path);
    }

    /// <summary>Brings a file that was written by other means to the disk. Throws what files throw.</summary>
    public static void Flush(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>One for each process: two that write the same file must not write into each other's.</summary>
    private static string Temporary(string path) => $"{path}.{Environment.ProcessId}.new";

    private static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode? mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (mode is not null && !OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        using var file = new FileStream(path, options);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    private static void FlushFolderOf(string path) => FolderFlush.Run(Path.GetDirectoryName(Path.GetFullPath(path))!);
}
