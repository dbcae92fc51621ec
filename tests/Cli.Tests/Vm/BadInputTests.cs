using Trapline.TestSupport;
using Xunit;

namespace Trapline.Cli.Tests.Vm;

/// <summary>Wrong input is one line that says what was wrong and what would be right, and exit code 2.</summary>
public sealed class BadInputTests
{
    private static string Minios => Repository.PathOf("guests", "images", "minios.elf");

    [Theory]
    [InlineData("--kernle", "--kernle", "--help")]
    [InlineData("", "nothing to boot", "give a kernel or a firmware")]
    [InlineData("--kernel /no/such/kernel", "/no/such/kernel does not exist", "give an existing file")]
    [InlineData("--kernel /etc/passwd", "neither an ELF file nor a Linux Image", "riscv64")]
    [InlineData("--kernel MINIOS --initrd /no/such/initrd", "initrd /no/such/initrd does not exist", "give an existing file")]
    [InlineData("--kernel MINIOS --disk /no/such/disk", "/no/such/disk", "exist")]
    [InlineData("--kernel MINIOS --disk x,rw", "'rw' is not known", "FILE[,ro][,overlay=FILE]")]
    [InlineData("--kernel MINIOS --disk x,ro,overlay=y", "an overlay is for writing", "either ro or overlay=FILE")]
    [InlineData("--kernel MINIOS --memory 1M", "does not fit into 1 MiB", "at least")]
    [InlineData("--kernel MINIOS --memory 10", "10 bytes of memory are not possible", "multiple of 4096")]
    [InlineData("--kernel MINIOS --memory lots", "--memory lots", "256M or 1G")]
    [InlineData("--kernel MINIOS --harts 9", "9 harts are not possible", "1 to 8")]
    [InlineData("--kernel MINIOS --harts two", "--harts two", "from 1 to 8")]
    [InlineData("--kernel MINIOS --engine fast", "--engine fast", "auto, interpreter")]
    [InlineData("--kernel MINIOS --clock wall", "--clock wall", "real, virtual")]
    [InlineData("--kernel MINIOS --gdb :99999", "--gdb :99999 is not a port", "65535")]
    [InlineData("--kernel MINIOS --workers 0", "--workers 0", "1 to 256")]
    [InlineData("--kernel MINIOS --cap 0", "--cap 0", "above 0")]
    [InlineData("--kernel MINIOS --snapshot-after 1", "says when and not where", "--snapshot-to FILE")]
    [InlineData("--from-snapshot /no/such/snapshot", "/no/such/snapshot cannot be read", "existing snapshot")]
    [InlineData("--from-snapshot MINIOS", "is not a Trapline snapshot", "--snapshot-to")]
    [InlineData("--from-snapshot x --kernel MINIOS", "needs no kernel", "leave out --kernel")]
    public async Task One_line_and_exit_code_2(string arguments, string wrong, string right)
    {
        var words = arguments.Replace("MINIOS", Minios, StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (code, output, errors) = await TraplineProcess.RunAsync(["vm", "run", .. words]);

        Assert.True(code == 2, $"exit code {code}: {errors}");
        Assert.Equal("", output);
        Assert.Single(errors.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("trapline: ", errors, StringComparison.Ordinal);
        Assert.Contains(wrong, errors, StringComparison.Ordinal);
        Assert.Contains(right, errors, StringComparison.Ordinal);
    }
}
