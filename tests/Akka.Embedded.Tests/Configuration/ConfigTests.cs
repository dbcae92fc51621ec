using Akka.Configuration;

namespace Akka.Embedded.Tests.Configuration;

/// <summary>Reading typed values, and fallbacks.</summary>
public sealed class ConfigTests
{
    [Theory]
    [InlineData("5ns", 0L)]
    [InlineData("500ns", 5L)]
    [InlineData("7us", 70L)]
    [InlineData("3 millis", 30_000L)]
    [InlineData("3", 30_000L)]
    [InlineData("0.5s", 5_000_000L)]
    [InlineData("2 seconds", 20_000_000L)]
    [InlineData("1m", 600_000_000L)]
    [InlineData("1 hour", 36_000_000_000L)]
    [InlineData("2d", 1_728_000_000_000L)]
    public void Durations_read_as_ticks(string text, long ticks) =>
        Assert.Equal(ticks, ConfigurationFactory.ParseString("a = " + text).GetTimeSpan("a").Ticks);

    [Fact]
    public void Infinite_is_a_duration() =>
        Assert.Equal(Timeout.InfiniteTimeSpan, ConfigurationFactory.ParseString("a = infinite").GetTimeSpan("a"));

    [Theory]
    [InlineData("512", 512L)]
    [InlineData("512b", 512L)]
    [InlineData("64 bytes", 64L)]
    [InlineData("1k", 1024L)]
    [InlineData("1kB", 1000L)]
    [InlineData("128KiB", 131_072L)]
    [InlineData("1.5 MiB", 1_572_864L)]
    [InlineData("2MB", 2_000_000L)]
    [InlineData("1g", 1_073_741_824L)]
    [InlineData("9007199254740993", 9_007_199_254_740_993L)]
    public void Sizes_read_as_bytes(string text, long bytes) =>
        Assert.Equal(bytes, ConfigurationFactory.ParseString("a = " + text).GetByteSize("a"));

    [Fact]
    public void Numbers_and_booleans_read_by_the_invariant_culture()
    {
        var config = ConfigurationFactory.ParseString("i = -3, d = 2.5, m = 0.1, t = on, f = false, l = [1, 2]");
        Assert.Equal((-3, -3L), (config.GetInt("i"), config.GetLong("i")));
        Assert.Equal((2.5, 2.5f, 0.1m), (config.GetDouble("d"), config.GetFloat("d"), config.GetDecimal("m")));
        Assert.Equal((true, false), (config.GetBoolean("t"), config.GetBoolean("f")));
        Assert.Equal([1L, 2L], config.GetLongList("l"));
    }

    [Fact]
    public void A_missing_key_reads_as_the_default()
    {
        var config = ConfigurationFactory.ParseString("a = 1");
        Assert.Equal(7, config.GetInt("b", 7));
        Assert.Equal("x", config.GetString("b.c", "x"));
        Assert.Null(config.GetString("b"));
        Assert.Null(config.GetConfig("b"));
        Assert.Null(config.GetByteSize("b"));
        Assert.Equal(TimeSpan.Zero, config.GetTimeSpan("b"));
        Assert.Empty(config.GetStringList("b"));
        Assert.Equal(["d"], config.GetStringList("b", ["d"]));
        Assert.False(config.HasPath("a.b"));
        Assert.Null(config.GetValue("b"));
    }

    [Fact]
    public void A_fallback_answers_for_missing_keys_only()
    {
        var config = ConfigurationFactory.ParseString("a { x = 1 }")
            .WithFallback("a { x = 2, y = 2, z = 2 }")
            .WithFallback("a { y = 3, w = 3 }, b = 3");
        Assert.Equal((1, 2, 3, 3), (config.GetInt("a.x"), config.GetInt("a.y"), config.GetInt("a.w"), config.GetInt("b")));
        var section = config.GetConfig("a");
        Assert.Equal((1, 2, 3), (section.GetInt("x"), section.GetInt("z"), section.GetInt("w")));
        Assert.Equal(["w", "x", "y", "z"], section.AsEnumerable().Select(e => e.Key).Order());
        Assert.Equal("2", section.AsEnumerable().Single(e => e.Key == "y").Value.GetString());
        Assert.Equal(["w", "x", "y", "z"], config.GetValue("a").GetObject().Items.Keys.Order());
        Assert.Equal(3, ConfigurationFactory.ParseString(config.ToString(includeFallback: true)).GetInt("a.w"));
        Assert.DoesNotContain("w", config.ToString());
    }

    [Fact]
    public void Adding_a_fallback_leaves_the_original_as_it_was()
    {
        var original = ConfigurationFactory.ParseString("a = 1");
        var extended = original.WithFallback("b = 2");
        Assert.False(original.HasPath("b"));
        Assert.True(extended.HasPath("b"));
        Assert.Throws<ArgumentException>(() => original.WithFallback(original));
        Assert.Same(original, original.WithFallback(Config.Empty));
        Assert.Same(original, Config.Empty.WithFallback(original));
    }

    [Fact]
    public void Empty_means_without_keys()
    {
        Assert.True(Config.Empty.IsEmpty);
        Assert.True(new Config().IsNullOrEmpty());
        Assert.False(ConfigurationFactory.ParseString("a = 1").IsEmpty);
        Assert.True(((Config?)null).IsNullOrEmpty());
    }

    [Fact]
    public void Objects_become_configurations_through_json()
    {
        var config = ConfigurationFactory.FromObject(new { akka = new { loglevel = "DEBUG", ports = new[] { 1, 2 } } });
        Assert.Equal("DEBUG", config.GetString("akka.loglevel"));
        Assert.Equal([1, 2], config.GetIntList("akka.ports"));
    }

    [Fact]
    public void Operators_parse_texts()
    {
        Config config = "a = 1";
        Assert.Equal(2, (config + "b = 2").GetInt("b"));
        Assert.Equal(1, ("b = 2" + config).GetInt("a"));
        Assert.Equal(1, config.Root.AtKey("outer").GetInt("outer.a"));
    }
}
