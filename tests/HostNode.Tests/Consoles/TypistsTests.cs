using System.Text;
using Trapline.HostNode.Consoles;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Tests.Consoles;

/// <summary>Input that comes again, late, in pieces or by two ways is typed once and in order.</summary>
public sealed class TypistsTests
{
    private readonly StringBuilder _typed = new();
    private readonly Typists _typists = new();
    private int _room = int.MaxValue;

    [Fact]
    public void What_comes_again_is_typed_once()
    {
        Assert.Equal(3, Type("abc", 0));
        Assert.Equal(3, Type("abc", 0));
        Assert.Equal(5, Type("bcdef", 1));
        Assert.Equal(2, Type("cd", 2)); // late, by the way of before
        Assert.Equal("abcdef", _typed.ToString());
    }

    [Fact]
    public void What_did_not_fit_is_typed_when_it_comes_again()
    {
        _room = 2;
        Assert.Equal(2, Type("abcd", 0));
        _room = 0;
        Assert.Equal(2, Type("abcd", 0));
        _room = 10;
        Assert.Equal(2, Type("cd", 2));
        Assert.Equal("abcd", _typed.ToString());
    }

    [Fact]
    public void A_typist_whom_this_host_does_not_know_begins_where_it_says()
    {
        Assert.Equal(2, Type("xy", 1000));
        Assert.Equal(3, Type("xyz", 1000));
        Assert.Equal("xyz", _typed.ToString());
    }

    [Fact]
    public void Typists_do_not_disturb_each_other_and_the_latest_are_known()
    {
        for (var i = 0; i <= Typists.Most; i++)
            Type($"{i % 10}", 0, $"t{i}");
        _typed.Clear();
        Type("1", 0, "t1");
        Type($"{Typists.Most % 10}", 0, $"t{Typists.Most}");
        Assert.Equal("", _typed.ToString());
        Type("0", 0, "t0"); // forgotten
        Assert.Equal("0", _typed.ToString());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void A_position_that_makes_no_sense_harms_nothing(long from)
    {
        Assert.Equal(2, Type("ab", from));
        Assert.Equal("ab", _typed.ToString());
    }

    private int Type(string text, long from, string typist = "t") => _typists.Take(new TypeToConsole(new VmId("vm-1"), Encoding.ASCII.GetBytes(text), typist, from), bytes =>
    {
        var took = Math.Min(_room, bytes.Length);
        _typed.Append(Encoding.ASCII.GetString(bytes, 0, took));
        return took;
    });
}
