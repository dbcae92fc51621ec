namespace Akka.Actor.Internal;

/// <summary>Finds the classes that configuration names.</summary>
internal static class TypeNames
{
    /// <summary>
    /// The class called <paramref name="name"/>: with assembly, or without one in this assembly and in those that are loaded.
    /// A name that carries one of Akka.NET's own assemblies ("..., Akka.Remote") is found here too, so that the same
    /// configuration file works on both runtimes. Null if there is no such class.
    /// </summary>
    internal static Type? Find(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            return null;
        var comma = name.IndexOf(',', StringComparison.Ordinal);
        var bare = comma < 0 ? name.Trim() : name[..comma].Trim();
        var assembly = comma < 0 ? "" : name[(comma + 1)..].Trim();
        if (bare.StartsWith("Akka.", StringComparison.Ordinal) && typeof(TypeNames).Assembly.GetType(bare) is { } own)
            return own;
        if (assembly.Length > 0 && Type.GetType(name, throwOnError: false) is { } qualified)
            return qualified;
        foreach (var loaded in AppDomain.CurrentDomain.GetAssemblies())
        {
            if (loaded.GetType(bare, throwOnError: false) is { } found)
                return found;
        }

        return Type.GetType(bare, throwOnError: false);
    }
}
