using System.Collections.Immutable;
using Trapline.Cli.State;
using Trapline.Shared.Configuration;
using Trapline.Shared.Processes;

namespace Trapline.Cli.Launching;

/// <summary>
/// The settings of all processes of a cluster. They are checked before anything starts; then the user's file is copied, line by line the same, so
/// that a process that is started again tomorrow has the settings of today.
/// </summary>
internal static class LaunchSettings
{
    /// <summary>Checks them; returns what stands on the command lines of the processes, <c>KEY=VALUE</c> each.</summary>
    public static ImmutableArray<string> Check(LaunchOptions options)
    {
        try
        {
            var settings = NodeSettings.Read(options.ConfigFile, options.Settings.Select(NodeSettings.ParseSetting));
            return settings.Sets(NodeProcess.FaultInjectionKey) ? options.Settings : [.. options.Settings, $"{NodeProcess.FaultInjectionKey}=on"];
        }
        catch (ConfigFileException e)
        {
            throw new CliException(ExitCodes.Usage, e.Message);
        }
    }

    /// <summary>Writes the copy, for nobody else to read: there may be a database's password in it.</summary>
    public static async Task WriteAsync(LaunchOptions options, DataFolder data, CancellationToken cancellation)
    {
        var text = options.ConfigFile is { } file ? await File.ReadAllBytesAsync(file, cancellation).ConfigureAwait(false) : "# 'trapline up' was given no file\n"u8.ToArray();
        File.Delete(data.Settings);
        var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var copy = new FileStream(data.Settings, create);
        await using (copy.ConfigureAwait(false))
            await copy.WriteAsync(text, cancellation).ConfigureAwait(false);
    }

    /// <summary>What a process says about the copy, said about the user's file.</summary>
    public static string OfFile(string line, LaunchOptions options, DataFolder data) =>
        options.ConfigFile is { } file ? line.Replace(data.Settings, file, StringComparison.Ordinal) : line;
}
