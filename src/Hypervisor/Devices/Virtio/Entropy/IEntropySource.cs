using System.Security.Cryptography;

namespace Trapline.Hypervisor.Devices.Virtio.Entropy;

/// <summary>Where a guest's random bytes come from.</summary>
public interface IEntropySource
{
    /// <summary>Fills the span; called under a device's lock.</summary>
    void Fill(Span<byte> destination);
}

/// <summary>The host's cryptographic generator.</summary>
public sealed class HostEntropy : IEntropySource
{
    /// <inheritdoc/>
    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}

/// <summary>A saved <see cref="SeededEntropy"/>.</summary>
/// <param name="Position">The state of its generator.</param>
public sealed record SeededEntropyStateV1(ulong Position);

/// <summary>
/// Repeatable bytes for runs with the virtual clock: the SplitMix64 sequence (Steele, Lea, Flood: "Fast splittable pseudorandom
/// number generators", 2014). Not for secrets.
/// </summary>
public sealed class SeededEntropy : IEntropySource
{
    private ulong _position;

    /// <summary>A sequence from its seed.</summary>
    public SeededEntropy(ulong seed) => _position = seed;

    /// <summary>A sequence as it was saved.</summary>
    public SeededEntropy(SeededEntropyStateV1 state) => _position = state.Position;

    /// <inheritdoc/>
    public void Fill(Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            _position += 0x9e37_79b9_7f4a_7c15;
            var z = _position;
            z = (z ^ (z >> 30)) * 0xbf58_476d_1ce4_e5b9;
            z = (z ^ (z >> 27)) * 0x94d0_49bb_1331_11eb;
            z ^= z >> 31;
            for (var i = 0; i < 8 && destination.Length > 0; i++, z >>= 8)
            {
                destination[0] = (byte)z;
                destination = destination[1..];
            }
        }
    }

    /// <summary>The sequence as it stands; not while the device runs.</summary>
    public SeededEntropyStateV1 Save() => new(_position);
}
