using Akka.Configuration;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Json;
using Trapline.Shared.Configuration;

namespace Trapline.Shared.Logging;

/// <summary>
/// The log of one process, by the keys below <c>trapline.logging</c>: the console, and files that roll by day and size.
/// </summary>
public static class LogSetup
{
    private const string TextTemplate =
        "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} {Level:u3} [{Host}] {Message:lj} {ActorPath:l}{NewLine}{Exception}";

    private const long MinFileSize = 64 << 10;
    private const int MaxFiles = 10_000;

    /// <summary>The defaults of <c>trapline.logging</c>.</summary>
    public static Config Defaults { get; } = ConfigurationFactory.ParseString("""
        trapline.logging {
          # debug, information, warning or error
          level = information
          console {
            enabled = on
            # text or json
            format = text
          }
          file {
            enabled = off
            path = "logs/trapline-.log"
            format = json
            # A new file each day, and when one has this size.
            max-size = 64MiB
            # Files that are kept; older ones are deleted.
            keep = 14
          }
        }
        """);

    /// <summary>What the actor system is to be told, to log through Serilog.</summary>
    /// <param name="file">The process's settings.</param>
    public static Config AkkaSettings(ConfigFile file) => ConfigurationFactory.ParseString($$"""
        akka {
          loggers = ["{{typeof(SerilogLogger).FullName}}, {{typeof(SerilogLogger).Assembly.GetName().Name}}"]
          logger-formatter = "{{typeof(TemplateFormatter).FullName}}, {{typeof(TemplateFormatter).Assembly.GetName().Name}}"
          loglevel = {{AkkaLevel(Level(file))}}
          stdout-loglevel = WARNING
        }
        """);

    /// <summary>Makes the process's logger. Dispose it at the process's end: files are written behind.</summary>
    /// <param name="file">The process's settings, with <see cref="Defaults"/> behind them.</param>
    /// <param name="host">The host's or controller's name, which all events carry.</param>
    public static Logger Create(ConfigFile file, string host)
    {
        var setup = new LoggerConfiguration()
            .MinimumLevel.Is(Level(file))
            .Enrich.FromLogContext()
            .Enrich.WithProperty(LogProperties.Host, host);
        var isConsoleJson = IsJson(file, "trapline.logging.console.format");
        if (file.Flag("trapline.logging.console.enabled"))
        {
            if (isConsoleJson)
                setup.WriteTo.Console(new JsonFormatter(renderMessage: true));
            else
                setup.WriteTo.Console(outputTemplate: TextTemplate, formatProvider: System.Globalization.CultureInfo.InvariantCulture);
        }

        ToFiles(setup, file);
        return setup.CreateLogger();
    }

    /// <summary>What is set is checked whether or not it is used now.</summary>
    private static void ToFiles(LoggerConfiguration setup, ConfigFile file)
    {
        var path = file.Text("trapline.logging.file.path");
        var size = file.Size("trapline.logging.file.max-size", MinFileSize, long.MaxValue);
        var keep = file.Int("trapline.logging.file.keep", 1, MaxFiles);
        var isJson = IsJson(file, "trapline.logging.file.format");
        if (!file.Flag("trapline.logging.file.enabled"))
            return;
        RequireWritable(file, path);
        if (isJson)
        {
            setup.WriteTo.File(
                new JsonFormatter(renderMessage: true), path, fileSizeLimitBytes: size, rollOnFileSizeLimit: true, rollingInterval: RollingInterval.Day, retainedFileCountLimit: keep);
        }
        else
        {
            setup.WriteTo.File(
                path, outputTemplate: TextTemplate, formatProvider: System.Globalization.CultureInfo.InvariantCulture, fileSizeLimitBytes: size, rollOnFileSizeLimit: true, rollingInterval: RollingInterval.Day, retainedFileCountLimit: keep);
        }
    }

    /// <summary>A sink that cannot write says so nowhere.</summary>
    private static void RequireWritable(ConfigFile file, string path)
    {
        try
        {
            var full = Path.GetFullPath(path);
            var folder = Directory.CreateDirectory(Path.GetDirectoryName(full) ?? full);
            File.Create(Path.Combine(folder.FullName, $".trapline-{Environment.ProcessId}"), bufferSize: 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw file.Wrong("trapline.logging.file.path", $"a file that can be written ({e.Message})");
        }
    }

    private static bool IsJson(ConfigFile file, string key) => file.OneOf(key, "text", "json") == "json";

    private static LogEventLevel Level(ConfigFile file) =>
        file.OneOf("trapline.logging.level", "debug", "information", "warning", "error") switch
        {
            "debug" => LogEventLevel.Debug,
            "information" => LogEventLevel.Information,
            "warning" => LogEventLevel.Warning,
            _ => LogEventLevel.Error,
        };

    private static string AkkaLevel(LogEventLevel level) => level switch
    {
        LogEventLevel.Debug => "DEBUG",
        LogEventLevel.Information => "INFO",
        LogEventLevel.Warning => "WARNING",
        _ => "ERROR",
    };
}
