using Akka.Configuration;

namespace Akka.Remote;

/// <summary>Errors about values that can be read but make no sense.</summary>
internal static class SettingErrors
{
    /// <summary>An error that names the key, and file and line if they are known.</summary>
    public static ConfigurationException ErrorAt(this Config config, string path, string problem) =>
        config.HasPath(path) && config.GetValue(path).Origin is { } origin
            ? origin.Error(problem)
            : new ConfigurationException($"{path}: {problem}");
}
