namespace Trapline.Shared.Ids;

/// <summary>An id that is text: typed, so that a VM's id is never taken for a host's.</summary>
/// <typeparam name="TSelf">The id's own type.</typeparam>
public interface ITextId<TSelf>
    where TSelf : struct, ITextId<TSelf>
{
    /// <summary>The text as users see and type it.</summary>
    string Value { get; }

    /// <summary>Wraps text that <see cref="TextId.IsValid"/> accepts.</summary>
    static abstract TSelf Create(string value);
}
