using Akka.Actor;

namespace Akka.Remote.Transport;

/// <summary>
/// Adds the name of a layer to the scheme of addresses, so that peers notice if they are not configured alike: with the throttle
/// adapter, akka.tcp://… becomes akka.trttl.tcp://….
/// </summary>
public class SchemeAugmenter
{
    /// <summary>The name of the layer.</summary>
    public readonly string AddedSchemeIdentifier;

    /// <summary>Creates an augmenter.</summary>
    /// <param name="addedSchemeIdentifier">The name of the layer.</param>
    public SchemeAugmenter(string addedSchemeIdentifier) => AddedSchemeIdentifier = addedSchemeIdentifier;

    /// <summary>The scheme above the layer.</summary>
    /// <param name="originalScheme">The scheme below the layer.</param>
    public string AugmentScheme(string originalScheme) => $"{AddedSchemeIdentifier}.{originalScheme}";

    /// <summary>The address above the layer.</summary>
    /// <param name="address">The address below the layer.</param>
    public Address AugmentScheme(Address address) => address.WithProtocol(AugmentScheme(address.Protocol));

    /// <summary>The scheme below the layer.</summary>
    /// <param name="scheme">The scheme above the layer.</param>
    public string RemoveScheme(string scheme) =>
        scheme.StartsWith(AddedSchemeIdentifier + ".", StringComparison.Ordinal) ? scheme[(AddedSchemeIdentifier.Length + 1)..] : scheme;

    /// <summary>The address below the layer.</summary>
    /// <param name="address">The address above the layer.</param>
    public Address RemoveScheme(Address address) => address.WithProtocol(RemoveScheme(address.Protocol));
}
