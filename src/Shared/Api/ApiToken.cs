using System.Security.Cryptography;

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
    public static string ReadOrCreate(string dataRoot)
    {
        var path = PathIn(dataRoot);
        if (File.Exists(path))
            return File.ReadAllText(path).Trim();
        var temporary = $"{path}.{Environment.ProcessId}";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new StreamWriter(temporary, options))
            file.WriteLine(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes)));
        try
        {
            File.Move(temporary, path);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(temporary); // another process was first: its token counts
        }

        return File.ReadAllText(path).Trim();
    }
}
