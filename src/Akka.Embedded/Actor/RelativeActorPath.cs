namespace Akka.Actor;

/// <summary>Splits the text of a path that is relative to some actor.</summary>
public static class RelativeActorPath
{
    /// <summary>The names in <paramref name="addr"/>, or null if it is a full path with an address.</summary>
    public static IEnumerable<string>? Unapply(string addr) =>
        addr.Contains("://", StringComparison.Ordinal) ? null : addr.Split('/');
}
