namespace Trapline.Hypervisor.Storage.Overlay;

/// <summary>Which base image an overlay belongs to.</summary>
/// <param name="LengthBytes">The base's size.</param>
/// <param name="Id">A name that no other content has, such as a digest: at most <see cref="MaxIdLength"/> ASCII characters.</param>
public sealed record ImageIdentity(long LengthBytes, string Id)
{
    /// <summary>The longest id.</summary>
    public const int MaxIdLength = 64;

    /// <summary>No base: what the overlay does not hold reads as zeros.</summary>
    public static ImageIdentity None { get; } = new(0, "");
}
