using Akka.Configuration;

namespace Akka.Embedded.Tests.Configuration;

/// <summary>Every error is one line that says where, which key and what was expected.</summary>
public sealed class HoconErrorTests
{
    [Theory]
    [InlineData("a {\n  b = 1\n", "line 1, column 4: a: the brace opened here is never closed")]
    [InlineData("a = [1,\n2", "line 1, column 5: a: the bracket opened here is never closed")]
    [InlineData("a = 1\n}", "line 2, column 1: '}' closes nothing")]
    [InlineData("a = \"x\nb = 1", "line 1, column 5: a: this quoted text has no closing quote on its line")]
    [InlineData("a = \"\"\"x", "line 1, column 5: a: this triple-quoted text is never closed")]
    [InlineData("a = \"\\q\"", "line 1, column 6: a: expected one of the escapes")]
    [InlineData("x.y = tcp://h", "line 1, column 10: x.y: ':' cannot stand in an unquoted value")]
    [InlineData("a = \n", "line 2, column 1: a: expected a value, found the end of the text")]
    [InlineData("a { b = }", "line 1, column 9: a.b: expected a value, found '}'")]
    [InlineData("a b\nc = 1", "line 2, column 1: expected '{' after the key 'a b', found 'c'")]
    [InlineData("= 1", "line 1, column 1: expected a key, found '='")]
    [InlineData("a = ${b", "line 1, column 5: a: this substitution has no closing brace")]
    [InlineData("x = 1\na = ${b.c}", "line 2, column 5: a: ${b.c} is neither a key of this text nor an environment variable")]
    [InlineData("a = ${b}\nb = ${a}", "contains itself through a substitution")]
    [InlineData("a = ${b.c}\nb = ${a.c}", "line 1, column 5: a: ${b.c} refers to itself")]
    [InlineData("a { b = ${a} }", "contains itself through a substitution")]
    [InlineData("a = ${a}", "line 1, column 5: a: ${a} is neither")]
    [InlineData("a = [1] x", "line 1, column 9: a: a text, a list and an object cannot stand side by side")]
    [InlineData("a = [1,,2]", "line 1, column 8: a: expected a value between two commas")]
    [InlineData("a = x\na += 1", "line 2, column 6: a: += needs a list to append to")]
    [InlineData("include \"other\"", "line 1, column 1: include \"other\": nothing answers includes here")]
    [InlineData("{ a = 1 } b", "line 1, column 11: expected the end of the text, found 'b'")]
    public void A_malformed_text_is_refused_with_its_place(string hocon, string expected)
    {
        var error = Assert.Throws<ConfigurationException>(() => ConfigurationFactory.ParseString(hocon));
        Assert.Contains(expected, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    public static TheoryData<Action<Config>, string> WrongTypes => new()
    {
        { c => c.GetInt("a.text"), "line 2, column 10: a.text: expected a whole number (32 bits), found \"abc\"" },
        { c => c.GetInt("a.big"), "line 3, column 9: a.big: expected a whole number (32 bits), found \"3000000000\"" },
        { c => c.GetLong("a.text"), "a.text: expected a whole number (64 bits)" },
        { c => c.GetDouble("a.text"), "a.text: expected a number" },
        { c => c.GetBoolean("a.text"), "a.text: expected on, off, true or false, found \"abc\"" },
        { c => c.GetTimeSpan("a.text"), "a.text: expected a duration such as 100ms, 5s, 2m or infinite, found \"abc\"" },
        { c => c.GetTimeSpan("a.forever", null, allowInfinite: false), "a.forever: expected a finite duration" },
        { c => c.GetTimeSpan("a.negative"), "a.negative: expected a duration" },
        { c => c.GetByteSize("a.text"), "a.text: expected a size such as 512, 64KiB or 1MB, found \"abc\"" },
        { c => c.GetStringList("a.text"), "a.text: expected a list in brackets, found \"abc\"" },
        { c => c.GetIntList("a.list"), "line 6, column 14: a.list[1]: expected a whole number (32 bits), found \"x\"" },
        { c => c.GetString("a"), "a: expected a text, found an object" },
        { c => c.GetString("a.list"), "a.list: expected a text, found a list" },
        { c => c.GetConfig("a.text"), "a.text: expected an object in braces, found \"abc\"" },
        { c => c.GetInt("a.none"), "a.none: expected a whole number (32 bits), found null" },
    };

    [Theory]
    [MemberData(nameof(WrongTypes))]
    public void A_value_of_the_wrong_type_is_refused_with_its_place(Action<Config> read, string expected)
    {
        var config = ConfigurationFactory.ParseString("""
            a {
              text = abc
              big = 3000000000
              forever = infinite
              negative = -5s
              list = [1, x]
              none = null
            }
            """).WithFallback("a.text = 5");
        var error = Assert.Throws<ConfigurationException>(() => read(config));
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void The_file_is_named_when_the_text_says_which_it_is()
    {
        const string text = "a = abc\n# hocon-source: /etc/trapline/node.conf\n";
        var error = Assert.Throws<ConfigurationException>(() => ConfigurationFactory.ParseString(text).GetInt("a"));
        Assert.Equal("/etc/trapline/node.conf: line 1, column 5: a: expected a whole number (32 bits), found \"abc\"", error.Message);
    }
}
