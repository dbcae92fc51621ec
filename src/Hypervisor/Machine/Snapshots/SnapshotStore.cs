using Microsoft.Win32.SafeHandles;
using Trapline.Hypervisor.Storage;

namespace Trapline.Hypervisor.Machine.Snapshots;

/// <summary>Where snapshots are written. Members throw what files throw, and may take as long as a disk takes.</summary>
public interface ISnapshotStore
{
    /// <summary>Begins a file that will have the name when it is whole.</summary>
    ISnapshotSink Create(string path);
}

/// <summary>A snapshot that is being written; disposed of before it has its name, nothing of it stays.</summary>
public interface ISnapshotSink : IDisposable
{
    /// <summary>Says how long it will be: what is not written stays a hole.</summary>
    void SetLength(long bytes);

    /// <summary>Writes a piece.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Brings all that was written to the disk.</summary>
    void Flush();

    /// <summary>Gives it its name, over whatever had it before.</summary>
    void Publish();

    /// <summary>Takes the name back: while it was given, nobody wanted it any more.</summary>
    void Retract();
}

/// <summary>
/// The file system: a temporary file beside the target, flushed to the disk, then renamed over it, so that at every moment, also across a power
/// failure, the target is either the old file or the whole new one.
/// </summary>
public sealed class SnapshotStore : ISnapshotStore
{
    /// <summary>How the name of a temporary file ends; it begins with a dot and the target's name.</summary>
    public const string TemporaryExtension = ".tmp";

    /// <summary>The one store.</summary>
    public static SnapshotStore OnDisk { get; } = new();

    /// <inheritdoc/>
    public ISnapshotSink Create(string path) => new Sink(path);

    private sealed class Sink : ISnapshotSink
    {
        private readonly string _path;
        private readonly string _folder;
        private readonly string _temporary;
        private readonly SafeFileHandle _file;

        public Sink(string path)
        {
            _path = path;
            _folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            _temporary = Path.Combine(_folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}{TemporaryExtension}");
            _file = File.OpenHandle(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        }

        public void SetLength(long bytes) => RandomAccess.SetLength(_file, bytes);

        public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(_file, bytes, offset);

        public void Flush() => RandomAccess.FlushToDisk(_file);

        public void Publish()
        {
            _file.Dispose();
            File.Move(_temporary, _path, overwrite: true);
            FolderSync.Flush(_folder);
        }

        public void Retract() => File.Delete(_path);

        public void Dispose()
        {
            _file.Dispose();
            File.Delete(_temporary);
        }
    }
}
