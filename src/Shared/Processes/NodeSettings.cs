using System.Collections;
using System.Collections.Immutable;
using Akka.Configuration;
using Trapline.Shared.Configuration;
using Trapline.Shared.Logging;

namespace Trapline.Shared.Processes;

/// <summary>
/// Trapline's own settings, and where they come from: defaults, a file, the environment, the command line, each of which counts before those that
/// stand here in front of it. They are one tree for all programs, since one file may be for all of them; each reads what is its own.
/// </summary>
public static class NodeSettings
{
    /// <summary>The first part of their keys.</summary>
    public const string Section = "trapline";

    private const string CommandLine = "command line";

    /// <summary>All of them, as they are when nothing is said.</summary>
    public static Config Defaults { get; } = ConfigurationFactory.ParseString("""
        trapline {
          # Whether partitions may be injected, for tests and experiments: 'trapline up' switches it on for its processes.
          fault-injection = off
          host {
            # Threads that run guest code; 0 for one per core.
            workers = 0
            # What placement may count on: cores and memory of the machine, times these.
            cpu-overcommit = 16
            memory-overcommit = 4
            # A guest that shows no sign of progress for this long is ended; 0 for never.
            watchdog = 10s
            # How long a host that is told to end waits for its VMs to go elsewhere before it stops them.
            drain-time = 20s
          }
          controller {
            # spread or binpack
            placement = spread
            # Accept a VM only if the loss of any one host could still be absorbed.
            reserve-for-host-loss = off
            # Move VMs from loaded to less loaded hosts.
            balance = on
            # A host whose data folder has less room than this gets no new VMs and no moves; 0 for never.
            low-disk-space = 512MiB
          }
        }
        """).WithFallback(LogSetup.Defaults);

    /// <summary>The keys of all of them.</summary>
    public static ImmutableArray<string> Keys { get; } = [.. new[] { Defaults, LogSetup.Defaults }.SelectMany(c => UnknownSettings.KeysOf(c, Section)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The environment variable that sets a key.</summary>
    public static string VariableOf(string key) => SettingsEnvironment.VariableOf(key);

    /// <summary>One setting of a command line; throws <see cref="ConfigFileException"/> if it is none.</summary>
    /// <param name="text"><c>KEY=VALUE</c>.</param>
    public static KeyValuePair<string, string> ParseSetting(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var key = equals < 0 ? "" : text[..equals].Trim();
        if (!Array.TrueForAll(key.Split('.'), part => part.Length > 0 && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')))
            throw new ConfigFileException(CommandLine, null, null, $"--set {text}: expected KEY=VALUE, as in trapline.host.drain-time=5s; keys of other characters have to stand in a file");
        return new KeyValuePair<string, string>(key, text[(equals + 1)..].Trim());
    }

    /// <summary>What is set; settings that there are not are refused.</summary>
    /// <param name="file">A HOCON file, or null.</param>
    /// <param name="set">Those of the command line.</param>
    /// <param name="environment">The environment; null for the process's own.</param>
    /// <param name="defaults">What answers for keys that nothing sets.</param>
    public static ConfigFile Read(string? file, IEnumerable<KeyValuePair<string, string>> set, IDictionary? environment = null, Config? defaults = null)
    {
        var settings = file is null ? ConfigFile.Parse("", "defaults", defaults) : ConfigFile.Load(file, defaults);
        foreach (var (variable, key, value) in SettingsEnvironment.Read(environment ?? Environment.GetEnvironmentVariables(), Keys))
            settings = settings.With(SettingsEnvironment.NameOf(variable), key, value, VariableOf);
        foreach (var (key, value) in set)
            settings = settings.With(CommandLine, key, value);
        settings.RefuseUnknown(Section, Keys);
        return settings;
    }
}
