namespace Akka.Remote;

/// <summary>
/// Remembers the references of the paths that were resolved last, so that a path which comes with every message is parsed once, and
/// always gives the same reference. A new path takes the place of an older one. Thread-safe without locks: entries are immutable.
/// </summary>
internal sealed class RemoteRefCache
{
    private const int Slots = 2048;

    private readonly Entry?[] _entries = new Entry?[Slots];

    public RemoteActorRef? Find(string path)
    {
        var entry = Volatile.Read(ref _entries[SlotOf(path)]);
        return entry is not null && entry.Path == path ? entry.Reference : null;
    }

    public void Add(string path, RemoteActorRef reference) =>
        Volatile.Write(ref _entries[SlotOf(path)], new Entry(path, reference));

    private static int SlotOf(string path) => path.GetHashCode(StringComparison.Ordinal) & (Slots - 1);

    private sealed record Entry(string Path, RemoteActorRef Reference);
}
