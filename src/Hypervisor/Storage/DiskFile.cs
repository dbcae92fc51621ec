using Microsoft.Win32.SafeHandles;

namespace Trapline.Hypervisor.Storage;

/// <summary>A disk file of the operating system. Thread-safe.</summary>
public sealed class DiskFile : IDiskFile
{
    private readonly SafeFileHandle _handle;
    private volatile string? _problem;

    private DiskFile(SafeFileHandle handle) => _handle = handle;

    /// <inheritdoc/>
    public long Length => Attempt(_handle, static handle => RandomAccess.GetLength(handle), -1);

    /// <inheritdoc/>
    public string? Problem => _problem;

    /// <summary>Opens a file that exists.</summary>
    public static StorageOpen<DiskFile> Open(string path, bool writable) => Open(
        path, FileMode.Open, writable ? FileAccess.ReadWrite : FileAccess.Read);

    /// <summary>Makes a file that does not exist yet.</summary>
    public static StorageOpen<DiskFile> Create(string path) => Open(path, FileMode.CreateNew, FileAccess.ReadWrite);

    /// <inheritdoc/>
    public bool TryRead(long offset, Span<byte> destination)
    {
        try
        {
            return WholeRead.TryFill(_handle, destination, offset);
        }
        catch (Exception e) when (IsOfTheWorld(e))
        {
            _problem = e.Message;
            return false;
        }
    }

    /// <inheritdoc/>
    public bool TryWrite(long offset, ReadOnlySpan<byte> source)
    {
        try
        {
            RandomAccess.Write(_handle, source, offset);
            return true;
        }
        catch (Exception e) when (IsOfTheWorld(e))
        {
            _problem = e.Message;
            return false;
        }
    }

    /// <inheritdoc/>
    public bool TrySetLength(long length) => Attempt((_handle, length), static s =>
    {
        RandomAccess.SetLength(s._handle, s.length);
        return true;
    }, false);

    /// <inheritdoc/>
    public bool TryFlush() => Attempt(_handle, static handle =>
    {
        RandomAccess.FlushToDisk(handle);
        return true;
    }, false);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static StorageOpen<DiskFile> Open(string path, FileMode mode, FileAccess access)
    {
        var operation = $"{(mode == FileMode.CreateNew ? "create" : "open")} {path}";
        try
        {
            // Shared: fencing, not a lock that a hung process could hold for ever, decides who may write.
            return new DiskFile(File.OpenHandle(path, mode, access, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new StorageFault(StorageFaultKind.NotFound, operation, e.Message);
        }
        catch (IOException e) when (mode == FileMode.CreateNew && File.Exists(path))
        {
            return new StorageFault(StorageFaultKind.AlreadyExists, operation, e.Message);
        }
        catch (Exception e) when (IsOfTheWorld(e) || e is ArgumentException or NotSupportedException)
        {
            return new StorageFault(StorageFaultKind.IoError, operation, e.Message);
        }
    }

    private TResult Attempt<TState, TResult>(TState state, Func<TState, TResult> action, TResult otherwise)
    {
        try
        {
            return action(state);
        }
        catch (Exception e) when (IsOfTheWorld(e))
        {
            _problem = e.Message;
            return otherwise;
        }
    }

    private static bool IsOfTheWorld(Exception e) => e is IOException or UnauthorizedAccessException or ObjectDisposedException;
}
