using System.Text.Json;
using Serilog;
using Trapline.Shared.Configuration;
using Trapline.Shared.Logging;

namespace Trapline.Shared.Tests.Logging;

/// <summary>The keys below trapline.logging decide what is logged and where to.</summary>
public sealed class LogSetupTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("logs-");

    public void Dispose() => _folder.Delete(recursive: true);

    private ConfigFile Settings(string more) => ConfigFile.Parse(
        $$"""
        trapline.logging {
          console.enabled = off
          file { enabled = on, path = "{{Path.Combine(_folder.FullName, "node-.log")}}" }
        }
        {{more}}
        """,
        "node.conf",
        LogSetup.Defaults);

    private string[] Lines() => [.. _folder.GetFiles().OrderBy(f => f.Name, StringComparer.Ordinal).SelectMany(f => File.ReadAllLines(f.FullName))];

    [Fact]
    public void A_file_in_json_has_one_object_per_event_with_host_and_arguments()
    {
        using (var log = LogSetup.Create(Settings(""), "host-1"))
        {
            log.Information("VM {Vm} started", "web-1");
            log.Debug("not at this level");
        }

        var line = JsonDocument.Parse(Assert.Single(Lines())).RootElement;
        Assert.Equal("VM {Vm} started", line.GetProperty("MessageTemplate").GetString());
        Assert.Equal("web-1", line.GetProperty("Properties").GetProperty(LogProperties.Vm).GetString());
        Assert.Equal("host-1", line.GetProperty("Properties").GetProperty(LogProperties.Host).GetString());
    }

    [Fact]
    public void A_file_in_text_has_readable_lines()
    {
        using (var log = LogSetup.Create(Settings("trapline.logging { level = debug, file.format = text }"), "host-1"))
            log.Debug("VM {Vm} started", "web-1");
        Assert.Contains("DBG [host-1] VM web-1 started", Assert.Single(Lines()));
    }

    [Fact]
    public void Files_roll_when_they_are_full()
    {
        using (var log = LogSetup.Create(Settings("trapline.logging.file.max-size = 64KiB"), "host-1"))
        {
            for (var i = 0; i < 1000; i++)
                log.Information("filler {Number} {Text}", i, new string('x', 200));
        }

        Assert.True(_folder.GetFiles().Length > 2);
        Assert.Equal(1000, Lines().Length);
    }

    [Theory]
    [InlineData("trapline.logging.level = loud", "node.conf:5: trapline.logging.level: expected debug or information or warning or error, found \"loud\"")]
    [InlineData("trapline.logging.file.keep = 0", "node.conf:5: trapline.logging.file.keep: expected a whole number from 1 to 10000, found \"0\"")]
    [InlineData("trapline.logging.file.format = xml", "node.conf:5: trapline.logging.file.format: expected text or json, found \"xml\"")]
    public void A_wrong_setting_is_reported_with_its_place(string setting, string expected) =>
        Assert.Equal(expected, Assert.Throws<ConfigFileException>(() => LogSetup.Create(Settings(setting), "host-1")).Message);

    [Fact]
    public void The_actor_system_is_told_to_log_here_at_the_same_level()
    {
        var akka = LogSetup.AkkaSettings(Settings("trapline.logging.level = warning"));
        Assert.Equal("WARNING", akka.GetString("akka.loglevel"));
        Assert.StartsWith("Trapline.Shared.Logging.SerilogLogger,", akka.GetStringList("akka.loggers")[0]);
    }

    [Theory]
    [InlineData("{Vm} on {Host}", "web-1 on host-1")]
    [InlineData("{1} on {0}", "host-1 on web-1")]
    [InlineData("{0:000} and {0}", "007 and 7", 7)]
    [InlineData("no arguments", "no arguments")]
    public void Templates_are_rendered_by_name_and_by_position(string template, string expected, object? first = null) =>
        Assert.Equal(expected, new TemplateFormatter().Format(template, first ?? "web-1", "host-1"));
}
