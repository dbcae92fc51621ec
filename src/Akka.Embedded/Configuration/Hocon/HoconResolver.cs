namespace Akka.Configuration.Hocon;

/// <summary>A substitution that was read, and what is needed to resolve it.</summary>
/// <param name="Substitution">The element in the tree.</param>
/// <param name="Owner">The value that the element is part of.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="Optional">Whether it was written <c>${?path}</c>.</param>
/// <param name="Itself">For a reference to the very key being assigned: the value that the key had before.</param>
/// <param name="Before">The elements that the key had before, which an undefined optional substitution leaves in force.</param>
internal sealed record PendingSubstitution(
    HoconSubstitution Substitution,
    HoconValue Owner,
    HoconOrigin Place,
    bool Optional,
    HoconValue? Itself,
    List<IHoconElement> Before);

/// <summary>
/// Resolves substitutions once the whole text is read: against the text itself, then against the environment. An undefined
/// optional one leaves the key as it was before, or unset.
/// </summary>
internal sealed class HoconResolver
{
    private readonly List<PendingSubstitution> _pending = [];
    private readonly Dictionary<HoconSubstitution, PendingSubstitution> _bySubstitution = [];
    private readonly HashSet<HoconSubstitution> _resolving = [];
    private readonly HashSet<HoconSubstitution> _done = [];

    /// <summary>Notes a substitution.</summary>
    public void Add(PendingSubstitution substitution)
    {
        _pending.Add(substitution);
        _bySubstitution[substitution.Substitution] = substitution;
    }

    /// <summary>Resolves all, and returns them.</summary>
    public List<HoconSubstitution> ResolveAll(HoconValue root)
    {
        foreach (var pending in _pending)
            Resolve(pending, root);
        if (_pending.Count > 0)
        {
            RefuseCycles(root, []);
            Prune(root);
        }

        return [.. _pending.Select(p => p.Substitution)];
    }

    private void Resolve(PendingSubstitution pending, HoconValue root)
    {
        var substitution = pending.Substitution;
        if (_done.Contains(substitution))
            return;
        if (!_resolving.Add(substitution))
            throw pending.Place.Error($"${{{substitution.Path}}} refers to itself");
        var target = pending.Itself ?? Find(substitution.Path, root, pending) ?? FromEnvironment(substitution.Path);
        if (target is null && !pending.Optional)
            throw pending.Place.Error($"${{{substitution.Path}}} is neither a key of this text nor an environment variable");
        if (target is not null)
            substitution.ResolvedValue = target;
        else
            Undefine(pending);
        _resolving.Remove(substitution);
        _done.Add(substitution);
    }

    private HoconValue? Find(string path, HoconValue root, PendingSubstitution asking)
    {
        var value = root;
        foreach (var key in HoconPath.Split(path))
        {
            foreach (var nested in value.Values.OfType<HoconSubstitution>().ToList())
            {
                if (_bySubstitution.TryGetValue(nested, out var pending))
                    Resolve(pending, root);
            }

            value = value.GetChildObject(key);
            if (value is null)
                return null;
        }

        // A key that holds nothing but this very reference has no value to offer.
        return ReferenceEquals(value, asking.Owner) ? null : value;
    }

    private static HoconValue? FromEnvironment(string path) =>
        Environment.GetEnvironmentVariable(path) is { } text
            ? new HoconValue([new HoconLiteral { Value = text, Quoted = true }]) : null;

    private static void Undefine(PendingSubstitution pending)
    {
        var owner = pending.Owner;
        owner.Values.Remove(pending.Substitution);
        if (owner.Values.TrueForAll(v => v is HoconLiteral { Quoted: false } text && string.IsNullOrWhiteSpace(text.Value)))
        {
            owner.Clear();
            owner.Values.AddRange(pending.Before);
        }
    }

    private static void RefuseCycles(HoconValue value, HashSet<HoconValue> above)
    {
        if (!above.Add(value))
            throw (value.Origin ?? new HoconOrigin(null, 1, 1, "")).Error("this value contains itself through a substitution");
        foreach (var element in value.Values)
        {
            var inside = element switch
            {
                HoconSubstitution { ResolvedValue: { } target } => [target],
                HoconArray array => array,
                HoconObject fields => fields.Items.Values,
                _ => Enumerable.Empty<HoconValue>(),
            };
            foreach (var next in inside)
                RefuseCycles(next, above);
        }

        above.Remove(value);
    }

    private static void Prune(HoconValue value)
    {
        foreach (var element in value.Values)
        {
            if (element is HoconArray array)
            {
                array.ForEach(Prune);
                array.RemoveAll(item => item.Values.Count == 0);
            }
            else if (element is HoconObject fields)
            {
                foreach (var (key, item) in fields.Items.ToList())
                {
                    Prune(item);
                    if (item.Values.Count == 0)
                        fields.Items.Remove(key);
                }
            }
        }
    }
}
