using System.Text;
using Trapline.Cli.Running;
using Xunit;

namespace Trapline.Cli.Tests.Vm;

/// <summary>What is typed for the guest and what for the runner.</summary>
public sealed class EscapeKeysTests
{
    [Theory]
    [InlineData("plain", "plain", "")]
    [InlineData("a\u0001xb", "ab", "Leave")]
    [InlineData("\u0001h\u0001s\u0001p\u0001t\u0001o", "", "Help Snapshot Pause Statistics PowerButton")]
    [InlineData("\u0001\u0001x", "\u0001x", "")]
    [InlineData("\u0001qy", "y", "")]
    [InlineData("\u0001X", "", "Leave")]
    public void Ctrl_A_is_for_the_runner(string typed, string forGuest, string commands)
    {
        var carried = new List<EscapeCommand>();
        var keys = new EscapeKeys(carried.Add);

        Assert.Equal(forGuest, Encoding.ASCII.GetString(keys.Filter(Encoding.ASCII.GetBytes(typed))));
        Assert.Equal(commands, string.Join(' ', carried));

        // The same, key by key.
        carried.Clear();
        Assert.Equal(forGuest, string.Concat(typed.Select(c => Encoding.ASCII.GetString(keys.Filter([(byte)c])))));
        Assert.Equal(commands, string.Join(' ', carried));
    }
}
