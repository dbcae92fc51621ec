using Trapline.Shared.Conversations;

namespace Trapline.HostNode.Consoles;

/// <summary>
/// How far the console of one VM has taken what each typist typed: input whose answer was lost, as when a controller dies, comes again, perhaps by
/// another way, and is typed once. The latest typists are known; not thread-safe.
/// </summary>
public sealed class Typists
{
    /// <summary>Most typists that are known.</summary>
    public const int Most = 64;

    /// <summary>Positions beyond this are nobody's who types.</summary>
    private const long LastPosition = 1L << 53;

    private readonly List<(string Name, long Position)> _known = [];

    /// <summary>Types what was not typed before.</summary>
    /// <param name="typed">What comes, perhaps again.</param>
    /// <param name="offer">Types bytes; returns how many fitted.</param>
    /// <returns>How many bytes of it, from the front, are typed now.</returns>
    public int Take(TypeToConsole typed, Func<byte[], int> offer)
    {
        if (typed.Typist is not { } name || typed.From is < 0 or > LastPosition)
            return offer(typed.Bytes);
        var at = _known.FindIndex(t => t.Name == name);
        var position = at < 0 ? typed.From : Math.Max(_known[at].Position, typed.From);
        var before = (int)Math.Min(position - typed.From, typed.Bytes.Length);
        var took = before < typed.Bytes.Length ? offer(typed.Bytes[before..]) : 0;
        if (at >= 0)
            _known.RemoveAt(at);
        else if (_known.Count >= Most)
            _known.RemoveAt(0);
        _known.Add((name, position + took));
        return before + took;
    }
}
