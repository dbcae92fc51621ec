using System.Security.Cryptography;

namespace Akka.Actor.Internal;

/// <summary>Numbers and names that the runtime gives to actors.</summary>
internal static class Uids
{
    private const string Digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+~";

    // Seeded once per process from the system's generator, so that two runs of a system do not give out the same uids.
    private static long _state = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));

    /// <summary>A uid that is unlikely to be given out twice: positive, never <see cref="ActorCell.UndefinedUid"/>.</summary>
    internal static long Next()
    {
        while (true)
        {
            // SplitMix64 over a counter (Steele, Lea, Flood 2014).
            var z = (ulong)Interlocked.Add(ref _state, unchecked((long)0x9E3779B97F4A7C15));
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            var uid = (int)((z ^ (z >> 31)) & int.MaxValue);
            if (uid != ActorCell.UndefinedUid)
                return uid;
        }
    }

    /// <summary><paramref name="prefix"/> and a number in base 64, least significant digit first.</summary>
    internal static string ToName(string prefix, ulong number)
    {
        Span<char> text = stackalloc char[16];
        prefix.CopyTo(text);
        var length = prefix.Length;
        do
        {
            text[length++] = Digits[(int)(number & 63)];
            number >>= 6;
        }
        while (number != 0);
        return new string(text[..length]);
    }
}
