using System.Collections.Immutable;

namespace Akka.Persistence.Journal;

/// <summary>An event with tags under which it can be found.</summary>
public struct Tagged
{
    /// <summary>Creates a tagged event.</summary>
    public Tagged(object payload, IEnumerable<string> tags)
        : this(payload, tags.ToImmutableHashSet(StringComparer.Ordinal))
    {
    }

    /// <summary>Creates a tagged event.</summary>
    public Tagged(object payload, IImmutableSet<string> tags)
    {
        Payload = payload;
        Tags = tags;
    }

    /// <summary>The event.</summary>
    public object Payload { get; }

    /// <summary>Its tags.</summary>
    public IImmutableSet<string> Tags { get; }
}
