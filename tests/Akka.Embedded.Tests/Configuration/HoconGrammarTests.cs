using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace Akka.Embedded.Tests.Configuration;

/// <summary>The grammar, by the HOCON specification and as far as Akka.NET's files use it.</summary>
public sealed class HoconGrammarTests
{
    [Theory]
    [InlineData("a = 1", "a", "1")]
    [InlineData("a : 1", "a", "1")]
    [InlineData("{ a = 1 }", "a", "1")]
    [InlineData("a=1,b=2", "b", "2")]
    [InlineData("a { b { c = x } }", "a.b.c", "x")]
    [InlineData("a.b.c = x", "a.b.c", "x")]
    [InlineData("a.b { c = x }\na.b.d = y", "a.b.c", "x")]
    [InlineData("a\n{\n b = x }", "a.b", "x")]
    [InlineData("a = one two  three  ", "a", "one two  three")]
    [InlineData("a = one # comment", "a", "one")]
    [InlineData("a = one // comment", "a", "one")]
    [InlineData("# c\n// d\na = 1", "a", "1")]
    [InlineData("a = \"  x # y  \"", "a", "  x # y  ")]
    [InlineData("a = \"q\\\"\\\\\\n\\u0041\"", "a", "q\"\\\nA")]
    [InlineData("a = \"\"\"line 1\nline \"2\" \\n\"\"\"", "a", "line 1\nline \"2\" \\n")]
    [InlineData("a = \"\"\"x\"\"\"\"", "a", "x\"")]
    [InlineData("a =\n  later", "a", "later")]
    [InlineData("a = 1\r\nb = 2\r\n", "a", "1")]
    [InlineData("a = null", "a", null)]
    [InlineData("a = \"null\"", "a", "null")]
    [InlineData("a = \"\"", "a", "")]
    [InlineData("\"/user/a.b\" { x = 1 }", "\"/user/a.b\".x", "1")]
    [InlineData("/user/worker { x = 1 }", "/user/worker.x", "1")]
    [InlineData("{\"a\": {\"b\": \"json\"}}", "a.b", "json")]
    [InlineData("a = 1\na = 2", "a", "2")]
    [InlineData("a { x = 1 }\na = 2", "a", "2")]
    [InlineData("a = 2\na { x = 1 }", "a.x", "1")]
    [InlineData("a { x = 1, y = 1 }\na { y = 2 }", "a.x", "1")]
    [InlineData("a = { x = 1 } { y = 2 }", "a.y", "2")]
    [InlineData("\uFEFFa = 1", "a", "1")]
    public void A_text_reads_as(string hocon, string path, string? expected) =>
        Assert.Equal(expected, ConfigurationFactory.ParseString(hocon).GetString(path));

    [Theory]
    [InlineData("a = [1, 2, 3]", "1|2|3")]
    [InlineData("a = [1\n2\n\n3\n]", "1|2|3")]
    [InlineData("a = [ # none\n 1, // one\n 2,\n]", "1|2")]
    [InlineData("a = []", "")]
    [InlineData("a = [\"x y\", z w]", "x y|z w")]
    [InlineData("a = [1] [2]", "1|2")]
    [InlineData("a = [1]\na += 2\na += 3", "1|2|3")]
    [InlineData("a += 1", "1")]
    [InlineData("base = [1]\na = ${base} [2]", "1|2")]
    [InlineData("a = [1]\na = ${a} [2]", "1|2")]
    public void A_list_reads_as(string hocon, string expected) =>
        Assert.Equal(expected, string.Join('|', ConfigurationFactory.ParseString(hocon).GetStringList("a")));

    [Fact]
    public void Lists_hold_objects_and_lists()
    {
        var items = ConfigurationFactory.ParseString("a = [{ x = 1 }, { x = 2 }, [3]]").GetValue("a").GetArray();
        Assert.Equal("2", items[1].GetObject().GetKey("x").GetString());
        Assert.Equal([3], items[2].GetIntList());
    }

    [Theory]
    [InlineData("b = x\na = ${b}", "x")]
    [InlineData("a = ${b}\nb = x", "x")]
    [InlineData("b = x\na = ${b}/y ${b}", "x/y x")]
    [InlineData("b = x\na = before ${b} after", "before x after")]
    [InlineData("b { c = x }\na = ${b.c}", "x")]
    [InlineData("c = ${b}\nb { d = x }\na = ${c.d}", "x")]
    [InlineData("a = x\na = ${a}y", "xy")]
    [InlineData("a = ${?missing.key}fallback", "fallback")]
    [InlineData("a = kept\na = ${?missing.key}", "kept")]
    [InlineData("a = ${?missing.key}", null)]
    public void Substitutions_resolve_in_the_same_text(string hocon, string? expected) =>
        Assert.Equal(expected, ConfigurationFactory.ParseString(hocon).GetString("a"));

    [Fact]
    public void An_undefined_optional_substitution_leaves_the_key_unset() =>
        Assert.False(ConfigurationFactory.ParseString("a = ${?missing.key}").HasPath("a"));

    [Fact]
    public void Substituted_objects_merge_with_what_follows()
    {
        var config = ConfigurationFactory.ParseString("base { x = 1, y = 1 }\na = ${base} { y = 2 }\na.z = 3");
        Assert.Equal((1, 2, 3), (config.GetInt("a.x"), config.GetInt("a.y"), config.GetInt("a.z")));
        Assert.Equal(1, config.GetInt("base.y"));
    }

    [Fact]
    public void The_environment_answers_for_what_the_text_does_not_define()
    {
        Environment.SetEnvironmentVariable("TRAPLINE_HOCON_TEST", "from the environment");
        Assert.Equal("from the environment", ConfigurationFactory.ParseString("a = ${TRAPLINE_HOCON_TEST}").GetString("a"));
        Assert.Equal("x", ConfigurationFactory.ParseString("TRAPLINE_HOCON_TEST = x\na = ${TRAPLINE_HOCON_TEST}").GetString("a"));
    }

    [Fact]
    public void Includes_are_answered_by_the_callback()
    {
        var config = ConfigurationFactory.ParseString(
            "a { include \"part\"\n y = 2 }", name => HoconReader.Read("x = " + name + ", y = 1", null, null));
        Assert.Equal("part", config.GetString("a.x"));
        Assert.Equal(2, config.GetInt("a.y"));
    }

    [Fact]
    public void Printing_and_parsing_gives_the_same_tree()
    {
        const string text = """
            a { b = [1, "x y", { c = "quo\"te" }], "d.e" = "a:b", n = null, empty = "" }
            t = "two\nlines"
            """;
        var once = ConfigurationFactory.ParseString(text).ToString();
        Assert.Equal(once, ConfigurationFactory.ParseString(once).ToString());
        Assert.Equal("a:b", ConfigurationFactory.ParseString(once).GetString("a.\"d.e\""));
    }
}
