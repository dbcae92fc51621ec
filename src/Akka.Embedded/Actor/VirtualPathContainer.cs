using System.Collections.Concurrent;

namespace Akka.Actor;

/// <summary>A node of the tree that holds references without actors, such as <c>/temp</c>. Any thread.</summary>
internal sealed class VirtualPathContainer(IActorRefProvider provider, ActorPath path, IInternalActorRef parent) : MinimalActorRef
{
    private readonly ConcurrentDictionary<string, IInternalActorRef> _children = new(StringComparer.Ordinal);

    public override ActorPath Path { get; } = path;

    public override IActorRefProvider Provider { get; } = provider;

    public override IInternalActorRef Parent { get; } = parent;

    internal ICollection<IInternalActorRef> Children => _children.Values;

    internal void AddChild(string name, IInternalActorRef actor) => _children[name] = actor;

    internal void RemoveChild(string name) => _children.TryRemove(name, out _);

    public override IActorRef GetChild(IReadOnlyList<string> name)
    {
        if (name.Count == 0)
            return this;
        if (name[0].Length == 0)
            return GetChild(name.Skip(1).ToList());
        if (name[0] == "..")
            return Parent.GetChild(name.Skip(1).ToList());
        if (!_children.TryGetValue(name[0], out var child))
            return Nobody.Instance;
        return name.Count == 1 ? child : child.GetChild(name.Skip(1).ToList());
    }
}
