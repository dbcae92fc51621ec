using System.Globalization;

namespace Trapline.Hypervisor.Machine.Debugging;

/// <summary>Hexadecimal as the remote protocol writes it: memory byte by byte, numbers big-endian, registers little-endian.</summary>
internal static class Hex
{
    public static string Of(byte value) => value.ToString("x2", CultureInfo.InvariantCulture);

    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    public static int Digit(int c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= 'a' and <= 'f' => c - 'a' + 10,
        >= 'A' and <= 'F' => c - 'A' + 10,
        _ => -1,
    };

    public static bool TryNumber(ReadOnlySpan<char> text, out ulong value) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

    public static bool TryBytes(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        if ((text.Length & 1) != 0)
            return false;
        var result = new byte[text.Length / 2];
        for (var i = 0; i < result.Length; i++)
        {
            var (high, low) = (Digit(text[2 * i]), Digit(text[(2 * i) + 1]));
            if (high < 0 || low < 0)
                return false;
            result[i] = (byte)((high << 4) | low);
        }

        bytes = result;
        return true;
    }
}
