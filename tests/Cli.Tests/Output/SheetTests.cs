using Trapline.Cli.Output;

namespace Trapline.Cli.Tests.Output;

/// <summary>Tables are read on terminals of any width: wide ones as tables, narrow ones as a few lines for each row, and nothing of them is lost.</summary>
public sealed class SheetTests
{
    private static Sheet Vms()
    {
        var sheet = new Sheet("NAME", "STATE", "NODE", "TYPE", "REASON");
        sheet.Row("web-1", "running", "node1", "standard.small", null);
        sheet.Row("ledger", "pending", "", "highmem.xlarge", "no node has room for it: node1 has 96 MiB of memory left");
        return sheet;
    }

    [Fact]
    public void A_wide_terminal_shows_a_table() => Assert.Equal(
        [
            "NAME    STATE    NODE   TYPE            REASON",
            "web-1   running  node1  standard.small  -",
            "ledger  pending  -      highmem.xlarge  no node has room for it: node1 has 96 MiB of memory left",
        ],
        Vms().Lines(100));

    [Fact]
    public void A_narrow_one_shows_a_few_lines_for_each_row() => Assert.Equal(
        [
            "web-1",
            "  state: running  node: node1",
            "  type: standard.small",
            "ledger",
            "  state: pending  type: highmem.xlarge",
            "  reason: no node has room for it: node1",
            "    has 96 MiB of memory left",
        ],
        Vms().Lines(40));

    [Theory]
    [InlineData(60)]
    [InlineData(40)]
    [InlineData(12)]
    [InlineData(5)]
    [InlineData(1)]
    public void No_line_is_longer_than_the_terminal_is_wide_and_no_letter_is_missing(int width)
    {
        var sheet = new Sheet("NAME", "COMMAND LINE", "漢字");
        sheet.Row("a-name-that-is-as-long-as-names-may-become-at-all", "console=ttyS0 root=/dev/vda init=/bin/sh quiet rate=20", "漢字漢字");
        var lines = sheet.Lines(width).ToList();
        if (width > 5)
            Assert.All(lines, line => Assert.True(new Spectre.Console.Rendering.Segment(line).CellCount() <= width, line));
        Assert.Equal(
            "a-name-that-is-as-long-as-names-may-become-at-allcommandline:console=ttyS0root=/dev/vdainit=/bin/shquietrate=20漢字:漢字漢字",
            string.Concat(lines).Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public void An_empty_table_on_a_narrow_terminal_is_still_one()
    {
        var sheet = new Sheet("NAME", "STATE");
        Assert.Equal(["NAME  STATE"], sheet.Lines(80));
        Assert.Equal(["NAME", "    STATE"], sheet.Lines(10));
    }

    [Fact]
    public void A_cell_says_nothing_to_the_terminal()
    {
        var sheet = new Sheet("NAME", "REASON");
        sheet.Row("web", "\e[2Jgone\nnext");
        Assert.Equal("web   ?[2Jgone?next", sheet.Lines(80).Last());
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "0.98 KiB")]
    [InlineData(4096, "4 KiB")]
    [InlineData(69_632, "68 KiB")]
    [InlineData(12_700, "12.4 KiB")]
    [InlineData(64 << 20, "64 MiB")]
    [InlineData((64 << 20) + (128 << 10), "64.1 MiB")]
    [InlineData(1L << 40, "1 TiB")]
    [InlineData(long.MaxValue, "8388608 TiB")]
    public void Sizes_are_said_so_that_small_ones_are_not_nothing(long bytes, string text) => Assert.Equal(text, Tables.Size(bytes));
}
