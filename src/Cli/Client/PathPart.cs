using Trapline.Shared.Ids;

namespace Trapline.Cli.Client;

/// <summary>A name that a user gave, as a part of a path of the API: whatever it holds, the path leads to what the command means and nowhere else.</summary>
internal static class PathPart
{
    /// <summary>The name, escaped.</summary>
    /// <exception cref="CliException">No path can hold it: dots alone lead elsewhere (RFC 3986, section 5.2.4), and nothing is no part.</exception>
    public static string Of(string? name) => name is null or "" or "." or ".."
        ? throw new CliException(ExitCodes.Usage, $"'{name}' is no name: names are {TextId.Form}")
        : Uri.EscapeDataString(name);
}
