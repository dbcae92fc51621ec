using System.Collections;
using Trapline.Shared.Configuration;
using Trapline.Shared.Processes;

namespace Trapline.Shared.Tests.Processes;

/// <summary>Settings come from a file, the environment and the command line, each before the other; what nobody reads is refused, wherever it stands.</summary>
public sealed class NodeSettingsTests : IDisposable
{
    private const string Workers = "trapline.host.workers";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("settings-");

    private string FileWith(string text)
    {
        var path = Path.Combine(_folder.FullName, "my.conf");
        File.WriteAllText(path, text);
        return path;
    }

    private ConfigFile Read(string? text, Hashtable? environment = null, params string[] set) =>
        NodeSettings.Read(text is null ? null : FileWith(text), set.Select(NodeSettings.ParseSetting), environment ?? [], NodeSettings.Defaults);

    private string Complaint(string? text, Hashtable? environment = null, params string[] set) =>
        Assert.Throws<ConfigFileException>(() => Read(text, environment, set)).Message.Replace(_folder.FullName + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    [Fact]
    public void The_command_line_counts_before_the_environment_and_that_before_the_file_and_that_before_defaults()
    {
        var environment = new Hashtable { ["TRAPLINE__HOST__WORKERS"] = "3" };
        Assert.Equal(0, Read(null).Int(Workers, 0, 9));
        Assert.Equal(2, Read($"{Workers} = 2").Int(Workers, 0, 9));
        Assert.Equal(3, Read($"{Workers} = 2", environment).Int(Workers, 0, 9));
        Assert.Equal(4, Read($"{Workers} = 2", environment, $"{Workers}=4").Int(Workers, 0, 9));
        Assert.Equal(5, Read($"{Workers} = 2", environment, $"{Workers}=4", $"{Workers}=5").Int(Workers, 0, 9));
        Assert.Equal(TimeSpan.FromSeconds(20), Read($"{Workers} = 2", environment, $"{Workers}=4").Duration("trapline.host.drain-time", TimeSpan.Zero, TimeSpan.MaxValue));
    }

    [Fact]
    public void Each_setting_has_a_variable_of_its_own_that_leads_back_to_it()
    {
        Assert.Equal(NodeSettings.Keys.Length, NodeSettings.Keys.Select(NodeSettings.VariableOf).Distinct(StringComparer.Ordinal).Count());
        foreach (var key in NodeSettings.Keys)
            Assert.Equal("from here", Read(null, new Hashtable { [NodeSettings.VariableOf(key)] = "from here" }).Text(key));
    }

    [Theory]
    [InlineData("trapline.host.wokers = 2", "my.conf:1: trapline.host.wokers: there is no such setting; did you mean trapline.host.workers?")]
    [InlineData("# x\ntrapline {\n  host {\n    workers = 1\n    Workers = 2 } }", "my.conf:5: trapline.host.Workers: there is no such setting; did you mean trapline.host.workers?")]
    [InlineData("trapline.hots { workers = 2 }", "my.conf:1: trapline.hots.workers: there is no such setting; did you mean trapline.host.workers?")]
    [InlineData("trapline.drain-time = 2s", "my.conf:1: trapline.drain-time: there is no such setting; did you mean trapline.host.drain-time?")]
    [InlineData("trapline.logging.format = json", "my.conf:1: trapline.logging.format: there is no such setting; trapline.logging has console, file, level")]
    [InlineData("trapline.quotas {}", "my.conf:1: trapline.quotas: there is no such setting; trapline has controller, fault-injection, host, logging")]
    [InlineData("trapline.host.workers.most = 2", "my.conf:1: trapline.host.workers.most: there is no such setting; trapline.host has cpu-overcommit, drain-time, memory-overcommit, watchdog, workers")]
    [InlineData("trapline.\"host.workers\" = 2", "my.conf:1: trapline.\"host.workers\": there is no such setting; did you mean trapline.host.workers?")]
    [InlineData("a = 1\ntrapline.host = 5", "my.conf:2: trapline.host: expected a section in braces, with cpu-overcommit, drain-time, memory-overcommit, watchdog, workers")]
    [InlineData("trapline = [1]", "my.conf:1: trapline: expected a section in braces, with controller, fault-injection, host, logging")]
    [InlineData("\nTrapline { host { } }", "my.conf:2: Trapline: there is no such section; did you mean trapline?")]
    [InlineData("mine { wokers = 2 }\ntrapline.host = ${mine}", "my.conf:2: trapline.host.wokers: there is no such setting; did you mean trapline.host.workers?")]
    public void What_nobody_reads_is_refused_in_a_file(string text, string complaint) => Assert.Equal(complaint, Complaint(text));

    [Theory]
    [InlineData("akka.actor.no-such-thing = 1\nmine = 2\ntrapline.host.workers = ${mine}")]
    [InlineData("trapline {}\ntrapline.host {}")]
    [InlineData("")]
    public void Other_sections_are_free(string text) => Read(text);

    [Theory]
    [InlineData("TRAPLINE__HOST__WOKERS", "trapline.host.wokers: there is no such setting; did you mean TRAPLINE__HOST__WORKERS?")]
    [InlineData("TRAPLINE__DRAIN_TIME", "trapline.drain-time: there is no such setting; did you mean TRAPLINE__HOST__DRAIN_TIME?")]
    [InlineData("TRAPLINE__HOST", "trapline.host: expected a section in braces, with cpu-overcommit, drain-time, memory-overcommit, watchdog, workers")]
    [InlineData("TRAPLINE_HOST_WORKERS", "settings are named with two underscores between their parts; did you mean TRAPLINE__HOST__WORKERS?")]
    [InlineData("TRAPLINE__", "names no setting: expected two underscores between the parts and one between words, as in TRAPLINE__HOST__DRAIN_TIME")]
    [InlineData("TRAPLINE__HOST____WORKERS", "names no setting: expected two underscores between the parts and one between words, as in TRAPLINE__HOST__DRAIN_TIME")]
    [InlineData("TRAPLINE__A\n=}", "names no setting: expected two underscores between the parts and one between words, as in TRAPLINE__HOST__DRAIN_TIME")]
    public void So_it_is_in_the_environment(string variable, string complaint) =>
        Assert.Equal($"environment variable {variable}: {complaint}", Complaint("", new Hashtable { [variable] = "2" }));

    [Fact]
    public void Variables_of_others_are_none_of_ours() =>
        Read("", new Hashtable { ["TRAPLINE_DATA"] = "/x", ["TRAPLINE_HOST_PORT"] = "tcp://10.0.0.1", ["TRAPLINE_HOST_SERVICE_HOST"] = "10.0.0.1", ["PATH"] = "/" });

    [Theory]
    [InlineData("trapline.host.wokers=2", "command line: trapline.host.wokers: there is no such setting; did you mean trapline.host.workers?")]
    [InlineData("tarpline.host.workers=2", "command line: tarpline: there is no such section; did you mean trapline?")]
    [InlineData("trapline.host.workers", "command line: --set trapline.host.workers: expected KEY=VALUE, as in trapline.host.drain-time=5s; keys of other characters have to stand in a file")]
    [InlineData("=2", "command line: --set =2: expected KEY=VALUE, as in trapline.host.drain-time=5s; keys of other characters have to stand in a file")]
    [InlineData("a.{b}=2", "command line: --set a.{b}=2: expected KEY=VALUE, as in trapline.host.drain-time=5s; keys of other characters have to stand in a file")]
    [InlineData("akka.cluster.roles=[a", "command line: akka.cluster.roles: a brace, bracket or quote of the value is never closed, or closes nothing")]
    public void So_it_is_on_the_command_line(string setting, string complaint) => Assert.Equal(complaint, Complaint("", null, setting));

    [Theory]
    [InlineData("/a//b # \"c\" ${HOME} {d} \\ \t=")]
    [InlineData("")]
    public void A_text_is_taken_as_it_is(string text)
    {
        Assert.Equal(text, Read("", new Hashtable { ["TRAPLINE__LOGGING__FILE__PATH"] = text }).Text("trapline.logging.file.path"));
        Assert.Equal(text.Trim(), Read("", null, $"trapline.logging.file.path={text}").Text("trapline.logging.file.path"));
    }

    [Fact]
    public void A_value_that_begins_like_a_list_is_one() =>
        Assert.Equal(["a", "b c"], Read("", null, "akka.cluster.roles=[a, \"b c\"]").Texts("akka.cluster.roles"));

    [Fact]
    public void Wrong_values_name_where_they_come_from()
    {
        var environment = new Hashtable { ["TRAPLINE__HOST__WORKERS"] = "many" };
        var settings = Read($"{Workers} = 1", environment);
        Assert.Equal($"environment variable TRAPLINE__HOST__WORKERS: {Workers}: expected a whole number from 0 to 9, found \"many\"", Assert.Throws<ConfigFileException>(() => settings.Int(Workers, 0, 9)).Message);
        settings = Read($"{Workers} = 1", environment, $"{Workers}=more");
        Assert.Equal($"command line: {Workers}: expected a whole number from 0 to 9, found \"more\"", Assert.Throws<ConfigFileException>(() => settings.Int(Workers, 0, 9)).Message);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
