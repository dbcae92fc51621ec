namespace Trapline.Controller.Api;

/// <summary>
/// An image that nobody finds any more, while it is decided whether it goes or comes back. Whoever decides holds a lock in its folder, so that what a
/// process that died left behind can be told from what another one is at.
/// <code>
///   images/NAME  ──hide──►  images/.NAME.ID.gone, locked  ──►  deleted, or images/NAME again
/// </code>
/// </summary>
internal sealed class HiddenImage : IDisposable
{
    private const string Suffix = ".gone";
    private const string LockFile = ".removing";

    private readonly string _images;
    private readonly string _folder;
    private readonly FileStream _lock;

    private HiddenImage(string images, string name, string folder, FileStream held) => (_images, Name, _folder, _lock) = (images, name, folder, held);

    /// <summary>Its name when it is not hidden.</summary>
    public string Name { get; }

    /// <summary>Hides an image.</summary>
    public static HiddenImage Hide(string images, string name)
    {
        var (path, hidden) = (Path.Combine(images, name), Path.Combine(images, $".{name}.{Guid.NewGuid():n}{Suffix}"));
        var held = Lock(path);
        try
        {
            Directory.Move(path, hidden);
            return new HiddenImage(images, name, hidden, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Those that processes which died have left hidden.</summary>
    public static IEnumerable<HiddenImage> LeftBehind(string images)
    {
        if (!Directory.Exists(images))
            yield break;
        foreach (var folder in Directory.EnumerateDirectories(images, $".*{Suffix}").ToList())
        {
            var words = Path.GetFileName(folder)[1..^Suffix.Length];
            if (words.LastIndexOf('.') is var dot and > 0 && TryLock(folder) is { } held)
                yield return new HiddenImage(images, words[..dot], folder, held);
        }
    }

    /// <summary>Brings it back, unless there is one of its name by now: then it goes.</summary>
    public void Show()
    {
        var path = Path.Combine(_images, Name);
        if (Directory.Exists(path))
            Delete();
        else
            Directory.Move(_folder, path);
    }

    /// <summary>Deletes it for good.</summary>
    public void Delete()
    {
        if (OperatingSystem.IsWindows())
            _lock.Dispose(); // which keeps no file that is open from being deleted elsewhere
        Directory.Delete(_folder, recursive: true);
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string folder) => new(Path.Combine(folder, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private static FileStream? TryLock(string folder)
    {
        try
        {
            return Lock(folder);
        }
        catch (IOException)
        {
            return null; // somebody is at it, or it has just gone
        }
    }
}
