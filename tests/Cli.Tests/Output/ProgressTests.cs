using Trapline.Cli.Output;

namespace Trapline.Cli.Tests.Output;

/// <summary>Progress where there is no screen to draw it on.</summary>
public sealed class ProgressTests
{
    [Fact]
    public void What_stays_as_it_is_is_said_once()
    {
        var said = new List<string>();
        var say = Printer.ChangesTo(said.Add);
        foreach (var line in new[] { "0 of 2 run", "0 of 2 run", "1 of 2 run", "1 of 2 run", "0 of 2 run" })
            say(line);
        Assert.Equal(["0 of 2 run", "1 of 2 run", "0 of 2 run"], said);
    }
}
