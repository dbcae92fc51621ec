using System.Security.Cryptography;
using System.Text;
using Trapline.Shared.Files;

namespace Trapline.Shared.Api;

/// <summary>
/// The bearer token of a cluster's API: whoever can read the file in the data root may use the API. Created once, by whichever process needs it
/// first, readable by its owner alone.
/// </summary>
public static class ApiToken
{
    private const int Bytes = 32;

    /// <summary>Where it lies.</summary>
    public static string PathIn(string dataRoot) => Path.Combine(dataRoot, "api-token");

    /// <summary>Reads it; creates it if there is none.</summary>
    /// <exception cref="IOException">The file cannot be read or made, or holds no token.</exception>
    public static string ReadOrCreate(string dataRoot)
    {
        var path = PathIn(dataRoot);
        if (!File.Exists(path))
            WholeFile.CreatePrivate(path, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes)) + Environment.NewLine));
        var token = File.ReadAllText(path).Trim();
        return token.Length > 0 ? token : throw new IOException($"{path} is empty, so that nobody could be told from anybody: remove it, and a new token is made at the next start");
    }
}
