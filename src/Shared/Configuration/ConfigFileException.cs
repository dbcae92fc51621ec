namespace Trapline.Shared.Configuration;

/// <summary>
/// A configuration file that is wrong. The message is one line, <c>file:line: key: what is wrong</c>, that a program prints
/// before it ends with a non-zero code.
/// </summary>
public sealed class ConfigFileException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="file">The file.</param>
    /// <param name="line">The line, from 1; null if there is none to blame.</param>
    /// <param name="key">The key; null if the file as a whole is wrong.</param>
    /// <param name="problem">What is wrong, and what was expected.</param>
    /// <param name="cause">The failure that showed it.</param>
    public ConfigFileException(string file, int? line, string? key, string problem, Exception? cause = null)
        : base($"{file}{(line is null ? "" : $":{line}")}: {(key is null ? "" : key + ": ")}{problem}", cause)
    {
        File = file;
        Line = line;
        Key = key;
    }

    /// <summary>Creates an exception from a message that names file and place already.</summary>
    public ConfigFileException(string message, Exception cause)
        : base(message, cause) => File = "";

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>The line, from 1; null if there is none to blame.</summary>
    public int? Line { get; }

    /// <summary>The key; null if the file as a whole is wrong.</summary>
    public string? Key { get; }
}
