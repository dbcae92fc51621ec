using Akka.Configuration;
using Trapline.Shared.Configuration;

namespace Trapline.Shared.Tests.Configuration;

/// <summary>Every error about a configuration file names file, line, key and what was expected, on both runtimes.</summary>
public sealed class ConfigFileTests
{
    private const string Text = """
        # a node
        trapline {
          lease = 3s
          workers = many
          ports { api = 70000, "metrics.port" = -1 }
          level = loud
          memory = 4GiB
          seeds = ["a", "b"]
          enabled = maybe
        }
        trapline.ratio = 1.5
        """;

    private static ConfigFile File { get; } = ConfigFile.Parse(Text, "/etc/trapline/node.conf");

    public static TheoryData<Action<ConfigFile>, string> WrongValues => new()
    {
        { f => f.Int("trapline.workers", 1, 64), "/etc/trapline/node.conf:4: trapline.workers: expected a whole number from 1 to 64, found \"many\"" },
        { f => f.Int("trapline.ports.api", 1, 65535), "/etc/trapline/node.conf:5: trapline.ports.api: expected a whole number from 1 to 65535, found \"70000\"" },
        { f => f.Int("trapline.ports.\"metrics.port\"", 0, 65535), "/etc/trapline/node.conf:5: trapline.ports.\"metrics.port\": expected a whole number from 0 to 65535, found \"-1\"" },
        { f => f.OneOf("trapline.level", "debug", "info"), "/etc/trapline/node.conf:6: trapline.level: expected debug or info, found \"loud\"" },
        { f => f.Duration("trapline.lease", TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1)), "/etc/trapline/node.conf:3: trapline.lease: expected a duration such as 500ms or 3s, from 00:00:05 to 00:01:00, found \"3s\"" },
        { f => f.Duration("trapline.level", TimeSpan.Zero, TimeSpan.MaxValue), "/etc/trapline/node.conf:6: trapline.level: expected a duration" },
        { f => f.Size("trapline.level", 0, long.MaxValue), "/etc/trapline/node.conf:6: trapline.level: expected a size" },
        { f => f.Flag("trapline.enabled"), "/etc/trapline/node.conf:9: trapline.enabled: expected on or off, found \"maybe\"" },
        { f => f.Number("trapline.ratio", 0, 1), "/etc/trapline/node.conf:11: trapline.ratio: expected a number from 0 to 1, found \"1.5\"" },
        { f => f.Texts("trapline.level"), "/etc/trapline/node.conf:6: trapline.level: expected a list in brackets, found \"loud\"" },
        { f => f.Text("trapline.missing"), "/etc/trapline/node.conf: trapline.missing: is missing; expected a text" },
        { f => throw f.Wrong("trapline.level", "something quieter"), "/etc/trapline/node.conf:6: trapline.level: expected something quieter, found \"loud\"" },
    };

    [Theory]
    [MemberData(nameof(WrongValues))]
    public void A_wrong_value_is_reported_with_its_place(Action<ConfigFile> read, string expected)
    {
        var error = Assert.Throws<ConfigFileException>(() => read(File));
        Assert.StartsWith(expected, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Right_values_are_read()
    {
        Assert.Equal(TimeSpan.FromSeconds(3), File.Duration("trapline.lease", TimeSpan.Zero, TimeSpan.FromMinutes(1)));
        Assert.Equal(4L << 30, File.Size("trapline.memory", 1, long.MaxValue));
        Assert.Equal(["a", "b"], File.Texts("trapline.seeds"));
        Assert.Equal(1.5, File.Number("trapline.ratio", 0, 2));
        Assert.Equal("loud", File.Text("trapline.level"));
    }

    [Fact]
    public void Defaults_answer_for_keys_that_the_file_does_not_set()
    {
        var file = ConfigFile.Parse("a = 1", "x.conf", ConfigurationFactory.ParseString("a = 2, b = 3"));
        Assert.Equal(1, file.Int("a", 0, 9));
        Assert.Equal(3, file.Int("b", 0, 9));
    }

    [Theory]
    [InlineData("a {\n  b = 1\n", 1)]
    [InlineData("a = 1\nb = [1,\n2\n", 2)]
    [InlineData("a = 1\nb {\n c = [1, 2\n}\n", 3)]
    [InlineData("a = 1\nb = \"x\nc = 2\n", 2)]
    public void A_malformed_file_is_reported_with_file_and_line(string text, int line)
    {
        var error = Assert.Throws<ConfigFileException>(() => ConfigFile.Parse(text, "broken.conf"));
        Assert.Equal(line, error.Line);
        Assert.StartsWith($"broken.conf:{line}: ", error.Message);
    }

    [Theory]
    [InlineData("{ a = 1 }")]
    [InlineData("a = [{ b = 1 }, [2, 3],\n { c = \"}\" } # ]\n]")]
    [InlineData("a = \"\"\"{ [ \" \"\"\"\nb = x${a}y\n\"q.r\" = 1 // }")]
    public void A_well_formed_file_is_accepted(string text) => Assert.NotNull(ConfigFile.Parse(text, "good.conf").Config);

    [Fact]
    public void A_missing_file_is_reported_by_name() =>
        Assert.StartsWith("/nonexistent/node.conf: cannot be read", Assert.Throws<ConfigFileException>(() => ConfigFile.Load("/nonexistent/node.conf")).Message);

    [Fact]
    public void The_last_setting_of_a_key_is_the_one_to_blame()
    {
        var file = ConfigFile.Parse("a.b = 1\n# a.b = 5\nc = \"a.b = 6\"\na { b = x }\n", "x.conf");
        Assert.Equal(4, Assert.Throws<ConfigFileException>(() => file.Int("a.b", 0, 9)).Line);
    }
}
