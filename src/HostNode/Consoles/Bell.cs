namespace Trapline.HostNode.Consoles;

/// <summary>
/// Rings once for whatever happens after it was armed, and not again until it is armed anew: however fast a guest prints, whoever waits hears of it
/// at most once for each time that it looks. To miss nothing: arm, then look.
/// </summary>
/// <param name="ring">Called on the thread of whoever rings; must not block.</param>
public sealed class Bell(Action ring)
{
    private int _armed;

    /// <summary>Have it ring next time.</summary>
    public void Arm() => Volatile.Write(ref _armed, 1);

    /// <summary>Something has happened.</summary>
    public void Ring()
    {
        if (Volatile.Read(ref _armed) != 0 && Interlocked.Exchange(ref _armed, 0) != 0)
            ring();
    }
}
