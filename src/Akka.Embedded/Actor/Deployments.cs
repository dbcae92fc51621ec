using Akka.Configuration;

namespace Akka.Actor;

/// <summary>Which deployments configuration names: <c>akka.actor.deployment { /path { dispatcher = ... } }</c>.</summary>
internal sealed class Deployments
{
    private readonly Dictionary<string, Deploy> _byPath = new(StringComparer.Ordinal);

    internal Deployments(Config config)
    {
        foreach (var (path, value) in config.AsEnumerable())
        {
            if (path == "default" || !value.IsObject())
                continue;
            var key = path.Trim('"');
            var section = value.ToConfig();
            _byPath[key.Trim('/')] = new Deploy(key, Deploy.NoScopeGiven)
                .WithDispatcher(section.GetString("dispatcher", ""))
                .WithMailbox(section.GetString("mailbox", ""))
                .WithStashCapacity(section.GetInt("stash-capacity", Deploy.NoStashSize));
        }
    }

    /// <summary>What is said about the actor at <paramref name="path"/>; null if nothing.</summary>
    internal Deploy? Lookup(ActorPath path) =>
        _byPath.Count > 0 && path.Depth > 1 && path.Elements[0] == "user" &&
        _byPath.TryGetValue(string.Join('/', path.Elements.Skip(1)), out var deploy)
            ? deploy
            : null;
}
